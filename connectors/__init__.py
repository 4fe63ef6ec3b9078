"""A CRM's API (or export) becomes records in the lake. That is all that lives here.

Connectors know HTTP, files and the lake's envelope. They know nothing of dagster, dbt or great_expectations, nothing of
stages, steps or verdicts (a lint rule keeps it so), and never write to a CRM. `contract.py` says what each must
deliver, `sync.py` runs one, `lake.py` keeps what it said, `sandbox/` imitates the CRMs for demo and tests.
"""
