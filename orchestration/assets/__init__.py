"""The night's steps as Dagster shows them: assets in groups, checks on assets, row counts, links to deals.

Only the showing belongs here: each asset calls a step of `night.py`. `ingest.py` syncs and prepares, `models.py` runs
dbt, `quality.py` gates and audits, `delivery.py` publishes; `book.py` is how they find their night.
"""
