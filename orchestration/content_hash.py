"""A fingerprint of a mart's content that is the same whenever the same facts are in it (DESIGN, decision 14).

Only hashing belongs here. Row order, column order, file layout and the record of how a night ran don't count;
doubles count to 9 significant digits, because a parallel sum of doubles varies in the last ones.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

TELEMETRY_COLUMNS = frozenset(
    {
        "night_id", "extracted_at", "seconds", "requests", "bytes", "rows_per_second", "started_at", "ended_at",
        "pass_id", "watermark", "code_version",
    }
)  # fmt: skip
"""How a run went, not what it found: two nights over the same facts differ here."""

TELEMETRY_TABLES = frozenset({"fct_sync_runs", "dim_connections"})

_ROWS_AT_ONCE = 50_000


def _canonical(column: str, kind: str) -> str:
    """SQL that turns a column into text which is equal exactly when the values are."""
    name = '"' + column.replace('"', '""') + '"'
    if kind in {"DOUBLE", "FLOAT"}:
        # Adding 0 turns -0.0 into 0.0.
        text = f"format('{{:.9g}}', {name} + 0.0)"
    elif kind in {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}:
        text = f"cast(epoch_us({name}) as varchar)"
    else:
        text = f"cast({name} as varchar)"
    # Quoting keeps 'a,b' apart from two columns; an unquoted nothing is NULL, a quoted nothing the empty text.
    return f"coalesce('\"' || replace({text}, '\"', '\"\"') || '\"', '')"


def hash_table(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """SHA-256 over the table's rows as canonical CSV lines in sorted order; `table` may be qualified."""
    columns = [
        (name, kind)
        for name, kind, *_ in connection.execute(f"describe select * from {table}").fetchall()
        if name not in TELEMETRY_COLUMNS
    ]
    columns.sort()
    digest = hashlib.sha256(",".join(name for name, _ in columns).encode())
    line = " || ',' || ".join(_canonical(name, kind) for name, kind in columns)
    rows = connection.execute(f"select line from (select {line} as line from {table}) order by line")
    while batch := rows.fetchmany(_ROWS_AT_ONCE):
        digest.update("".join(f"\n{text}" for (text,) in batch).encode())
    return digest.hexdigest()


def hash_file(path: Path, schema: str = "marts") -> dict[str, str]:
    """Hash of every table of `schema` in a DuckDB file, except the ones that record how the night ran."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = ? order by 1", [schema]
        ).fetchall()
        return {
            name: hash_table(connection, f'{schema}."{name}"') for (name,) in tables if name not in TELEMETRY_TABLES
        }


def combined(hashes: dict[str, str]) -> str:
    """One hash for a whole warehouse."""
    return hashlib.sha256("\n".join(f"{name} {value}" for name, value in sorted(hashes.items())).encode()).hexdigest()
