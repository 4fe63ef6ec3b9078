"""Pipedrive: its v2 API, its token budget and its habits, read into the shapes of `connectors.contract`.

Here belongs what is true of Pipedrive alone. HTTP in general is connectors/http's; what a deal's fields mean is the
staging models'.

Alone: `python -m connectors.pipedrive --probe`.
"""
