"""HubSpot's face of the sandbox: the HTTP API as its documentation and observed answers describe it.

`server` speaks HTTP, `app` routes, `objects`, `search`, `associations` and `metadata` answer, `portal` holds one
account, `edits` changes it, `knobs` make it misbehave. Which deals there are is none of its business.
"""
