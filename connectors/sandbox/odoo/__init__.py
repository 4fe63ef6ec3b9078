"""Odoo's face of the sandbox: the calls of versions 14 to 19 as recorded answers of a real 17 and 19 show them.

`app` routes, `rpc`, `json2` and `web` speak, `query` and `domain` search, `world` holds one database, `lead` writes a
lead as Odoo does, `render` and `evidence` let a story's life pass through it, `changing` does the edits, `plots` says
what can't be known here.

A story's conversations are messages dated when they took place and created when they were entered (calls are logged by
a telephone system, e-mails arrive). A meeting called off is an activity deleted without a trace, a call that nobody
took is a note. How a withheld history shows is told in `plots`.
"""
