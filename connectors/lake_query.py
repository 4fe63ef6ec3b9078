"""Reads the rows of lake files: who is the latest version of each record, their payloads, cursors, seqs.

Everything streams through DuckDB over the Parquet files, so that a million rows need no more memory than their ids.
Which files are alive is `lake_table.py`'s knowledge; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.lake_table import ENVELOPE

_MEMORY = "512MB"  # beyond it DuckDB spills to disk
_ROWS_AT_ONCE = 2048

# The one order that decides which version of a record counts (staging uses the same): the CRM's own clock, then when
# we read it, then the order of arrival. A record without a modification time loses against one that has it.
_LATEST = """
    select id, arg_max(struct_pack(seq := seq, is_deleted := is_deleted),
                       row(coalesce(epoch_us(modified_at), -9223372036854775807), epoch_us(extracted_at), seq)) as last
    from read_parquet($files) where kind = 'record' group by id
"""


def live_count(files: Sequence[str], spill: Path) -> int:
    """How many records are there and not deleted."""
    return _value(files, spill, f"select count(*) from ({_LATEST}) where not last.is_deleted")


def live_ids(files: Sequence[str], spill: Path, *, not_deleted: bool = True) -> pa.ChunkedArray:
    """Ids of the records that are there (and not deleted), as Arrow strings."""
    if not files:
        return pa.chunked_array([], type=pa.string())
    where = "where not last.is_deleted" if not_deleted else ""
    with _duckdb(spill) as db:
        ids = db.sql(f"select id from ({_LATEST}) {where}", params={"files": list(files)}).to_arrow_table()["id"]
    return ids.cast(pa.string())


def latest_rows(
    files: Sequence[str], spill: Path, ids: pa.Array | pa.ChunkedArray | None = None
) -> Iterator[pa.RecordBatch]:
    """The latest version of each record that isn't deleted (of these ids), as batches of id, modified_at, payload.

    First the winners without payloads, then a scan for their seqs (unique within a connection): no payload is held.
    """
    if not files:
        return
    with _duckdb(spill) as db:
        where = "not last.is_deleted"
        if ids is not None:
            db.register("wanted", pa.table({"id": ids}))
            where += " and id in (select id from wanted)"
        winners = f"select last.seq as seq from ({_LATEST}) where {where}"
        db.execute(f"create temp table winners as {winners}", {"files": list(files)})
        rows = db.sql(
            "select id, modified_at, payload from read_parquet($files) "
            "where kind = 'record' and seq in (select seq from winners)",
            params={"files": list(files)},
        )
        yield from rows.to_arrow_reader(_ROWS_AT_ONCE)


def latest_of_kind(files: Sequence[str], spill: Path, kind: str) -> list[tuple[int, str]]:
    """(seq, payload) of the last row per id of the few rows of this kind (cursors, syncs), oldest first."""
    if not files:
        return []
    with _duckdb(spill) as db:
        last = db.sql(
            "select max(seq) from read_parquet($files) where kind = $kind group by id",
            params={"files": list(files), "kind": kind},
        ).fetchall()
        if not last:
            return []
        return db.sql(
            "select seq, payload from read_parquet($files) where kind = $kind and seq in "
            f"({','.join(str(seq) for (seq,) in last)}) order by seq",
            params={"files": list(files), "kind": kind},
        ).fetchall()


def highest_seq(files: Sequence[str], spill: Path) -> int:
    """The highest seq in these files, read from the rows: for files without statistics."""
    return _value(files, spill, "select coalesce(max(seq), 0) from read_parquet($files)")


def envelope_batches(files: Sequence[str], connection: str, spill: Path) -> Iterator[pa.RecordBatch]:
    """Every row as it lies there, with its connection (which is a folder name and not in the files)."""
    if not files:
        return
    with _duckdb(spill) as db:
        rows = db.sql(
            "select $connection as connection, kind, id, modified_at, is_deleted, extracted_at, seq, payload "
            "from read_parquet($files)",
            params={"files": list(files), "connection": connection},
        )
        for batch in rows.to_arrow_reader(_ROWS_AT_ONCE):
            yield batch.cast(ENVELOPE)


def _value(files: Sequence[str], spill: Path, query: str) -> int:
    if not files:
        return 0
    with _duckdb(spill) as db:
        row = db.execute(query, {"files": list(files)}).fetchone()
    return int(row[0]) if row else 0


def _duckdb(spill: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": 2,
            "preserve_insertion_order": False,
            "temp_directory": str(spill),
        }
    )
