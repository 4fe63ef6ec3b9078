"""Salesforce: its REST and Bulk 2.0 APIs, its limits and its habits, read into the shapes of `connectors.contract`.

Here belongs what is true of Salesforce alone. HTTP in general is connectors/http's; what a deal's fields mean is the
staging models'.

Alone: `python -m connectors.salesforce --probe`.
"""
