"""HubSpot: its API, its limits and its habits, read into the shapes of `connectors.contract`.

Here belongs what is true of HubSpot alone: paths, page sizes, history, the search's caps, scopes, error words.
HTTP in general is connectors/http's; what a deal's fields mean is the staging models'.

Alone: `python -m connectors.hubspot --probe`.
"""
