"""What a company expects of a deal, as data, and the checks that hold a night's tables against it. Nothing else.

`process.py` reads process.yml, `company.py` plumbline.yml, `teams.py`, `waivers.py` and `targets.py` their CSV files,
`compile.py` turns them into reference tables for the SQL, `explain.py` into words. `lint.py` warns of onerous
processes, `stage_proposal.py` proposes stage maps. `gate.py`, `compliance.py` and `audit.py` say which rows break a
rule, by way of `runner.py`, the one module that imports Great Expectations. No verdict is decided here: the dbt models
do that from the reference tables. This package knows no dagster, no dbt and no HTTP.
"""
