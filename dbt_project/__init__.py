"""The dbt project, shipped with the package: SQL models, their macros and their tests.

Only SQL, YAML and Jinja live here (and `lint/`, which the SQL linter reads). Running dbt is `orchestration/`'s work,
and rules are data in the schema `reference`.
"""
