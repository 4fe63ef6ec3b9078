"""Exports of any other system become records: CSV, Parquet, NDJSON with documented columns, or one XES event log.

Here belong finding and reading the files, and their documented columns. What the values mean (numbers, dates, stages)
is staging's affair: a row is delivered as it stands, because a value that can't be read belongs in `stg_rejects`.
"""
