"""Odoo: JSON-RPC up to 18, JSON-2 from 19, and its habits, read into the shapes of `connectors.contract`.

Here belongs what is true of Odoo alone. HTTP in general is connectors/http's; what a deal's fields mean is the
staging models'.

Alone: `python -m connectors.odoo --probe`.
"""
