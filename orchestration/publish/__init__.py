"""From an audited build to what people and BI tools read: one interface, several publishers.

Here belong the publishers, retention and roll-back. Building and auditing don't; nothing here reads the lake.
`interface.py` says what a publisher does, `duckdb_file.py` and `parquet.py` are two of them, `publication.py` uses
them together: all prepare first, then all switch.
"""
