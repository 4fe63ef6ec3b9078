"""Reads the rows of lake files: who is the latest version of each record, their payloads, cursors, seqs.

Everything streams through DuckDB over the Parquet files, so that a million rows need no more memory than their ids.
Which files are alive is `lake_table.py`'s knowledge; nothing here writes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.lake_columns import strings
from connectors.lake_table import ENVELOPE

# For all connections together; beyond it DuckDB spills to disk. It holds ids; more would be used because it is there:
# the first sync of a million records peaks at 313 MB so, and at some 40 MB more with 320 MB here.
_MEMORY = "96MB"
# Two threads may each hold a block of a file, and compaction makes large ones of heavy rows.
_MEMORY_FOR_LARGE_BLOCKS = "320MB"
_LARGE_BLOCK = 24 * 1024 * 1024
_LARGE_FILE = 4 * 1024 * 1024
_ROWS_AT_ONCE = 2048

# The one order that decides which version of a record counts (staging uses the same): the CRM's own clock, then when
# we read it, then the order of arrival. A record without a modification time loses against one that has it.
_LATEST = """
    select id, arg_max(struct_pack(seq := seq, is_deleted := is_deleted),
                       row(coalesce(epoch_us(modified_at), -9223372036854775807), epoch_us(extracted_at), seq)) as last
    from read_parquet($files) where kind = 'record' group by id
"""


@dataclass(frozen=True, slots=True)
class IdDifferences:
    """What we hold alive against what the CRM lists: both counts, ids that only we have, ids that only it has."""

    ours: int
    listed: int
    gone: pa.ChunkedArray
    missing: pa.ChunkedArray


class LakeReader:
    """Answers questions over lists of lake files. May be used by several threads."""

    def __init__(self, spill: Path) -> None:
        self._spill = spill
        self._database: duckdb.DuckDBPyConnection | None = None
        self._looked_at: set[str] = set()
        self._guard = threading.Lock()

    def live_count(self, files: Sequence[str]) -> int:
        """How many records are there and not deleted."""
        return self._value(files, f"select count(*) from ({_LATEST}) where not last.is_deleted")

    def live_ids(self, files: Sequence[str], *, not_deleted: bool = True) -> pa.ChunkedArray:
        """Ids of the records that are there (and not deleted), as Arrow strings."""
        if not files:
            return pa.chunked_array([], type=pa.string())
        where = "where not last.is_deleted" if not_deleted else ""
        with self._session(files) as db:
            ids = db.sql(f"select id from ({_LATEST}) {where}", params={"files": list(files)}).to_arrow_table()["id"]
        return ids.cast(pa.string())

    def id_differences(self, files: Sequence[str], listed: Iterable[Sequence[str]]) -> IdDifferences:
        """How the ids of live records differ from these, which come in parts: none of them is held in memory."""
        with self._session(files) as db:
            db.execute("create temp table told (id varchar)")
            for part in listed:
                db.register("part", pa.table({"id": strings(part)}))
                db.execute("insert into told select id from part")
                db.unregister("part")
            db.execute("create temp table listed as select distinct id from told; drop table told")
            db.execute("create temp table ours (id varchar)")
            if files:
                live = f"select id from ({_LATEST}) where not last.is_deleted"
                db.execute(f"insert into ours {live}", {"files": list(files)})
            [(held, told)] = db.execute("select (select count(*) from ours), (select count(*) from listed)").fetchall()
            gone = db.sql("select id from ours anti join listed using (id)").to_arrow_table()["id"]
            missing = db.sql("select id from listed anti join ours using (id)").to_arrow_table()["id"]
        return IdDifferences(held, told, gone.cast(pa.string()), missing.cast(pa.string()))

    def last_stamps(self, files: Sequence[str], ids: pa.Array | pa.ChunkedArray) -> dict[str, datetime]:
        """The latest modification time of each of these ids, in aware UTC."""
        if not files or not len(ids):
            return {}
        with self._session(files) as db:
            db.register("wanted", pa.table({"id": ids}))
            rows = db.execute(
                "select id, max(epoch_us(modified_at)) from read_parquet($files) "
                "where kind = 'record' and modified_at is not null and id in (select id from wanted) group by id",
                {"files": list(files)},
            ).fetchall()
        begin = datetime(1970, 1, 1, tzinfo=UTC)
        return {str(key): begin + timedelta(microseconds=stamp) for key, stamp in rows}

    def latest_rows(
        self, files: Sequence[str], ids: pa.Array | pa.ChunkedArray | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The latest version of each record that isn't deleted (of these ids): batches of id, modified_at, payload.

        First the winners without payloads, then a scan for their seqs (unique within a connection): none is held.
        """
        if not files:
            return
        with self._session(files) as db:
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

    def history_differences(
        self,
        deals: Sequence[str],
        history_files: Sequence[str],
        present: str,
        history: str,
        since_seq: int,
        among: Sequence[str] | None,
    ) -> list[str]:
        """See Lake.history_differences."""
        if not deals:
            return []
        asked = (deals, history_files, present, history, since_seq, among)
        try:
            return self._history_differences(*asked)
        except duckdb.OutOfMemoryException:
            # Payloads of long histories, taken apart in two threads, can need more at once than ids ever do.
            with self._guard:
                self._allow_large_blocks()
            return self._history_differences(*asked)

    def _history_differences(
        self,
        deals: Sequence[str],
        history_files: Sequence[str],
        present: str,
        history: str,
        since_seq: int,
        among: Sequence[str] | None,
    ) -> list[str]:
        with self._session([*deals, *history_files]) as db:
            if among is not None:
                db.register("among", pa.table({"id": strings(among)}))
            wanted = f"last.seq > {int(since_seq)}" + ("" if among is None else " and id in (select id from among)")
            if history_files and since_seq:
                # A move may arrive without its deal, whose own date lay before the window: it is compared as well.
                self._latest_view(db, "history", history_files, wanted if among is None else "false")
                db.execute(f"create temp table moved as select cast(deal_id as varchar) as id from ({history})")
                db.execute("drop view history; drop table latest_history")
                wanted += " or id in (select id from moved)"
            self._latest_view(db, "deals", deals, f"({wanted})")
            if history_files:
                self._latest_view(db, "history", history_files, "true")
            rows = db.execute(
                f"select present.deal_id from ({present}) as present "
                f"inner join ({history}) as told on present.deal_id = told.deal_id "
                "where told.stage_id is not null and present.stage_id is distinct from told.stage_id order by 1"
            ).fetchall()
        return [str(deal_id) for (deal_id,) in rows]

    def _latest_view(self, db: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], where: str) -> None:
        """A view of id and payload of the latest live records: payloads are streamed from the files, never held."""
        winners = f"select last.seq as seq from ({_LATEST}) where not last.is_deleted and {where}"
        db.execute(f"create temp table latest_{name} as {winners}", {"files": list(files)})
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
        db.execute(
            f"create temp view {name} as select id, payload from read_parquet([{listed}]) "
            f"where kind = 'record' and seq in (select seq from latest_{name})"
        )

    def latest_of_kind(self, files: Sequence[str], kind: str) -> list[tuple[int, str]]:
        """(seq, payload) of the last row per id of the few rows of this kind (cursors, syncs), oldest first."""
        if not files:
            return []
        with self._session(files) as db:
            last = db.execute(
                "select max(seq) from read_parquet($files) where kind = $kind group by id",
                {"files": list(files), "kind": kind},
            ).fetchall()
            if not last:
                return []
            seqs = ",".join(str(seq) for (seq,) in last)
            return db.execute(
                f"select seq, payload from read_parquet($files) where kind = $kind and seq in ({seqs}) order by seq",
                {"files": list(files), "kind": kind},
            ).fetchall()

    def highest_seq(self, files: Sequence[str]) -> int:
        """The highest seq in these files, read from the rows: for files without statistics."""
        return self._value(files, "select coalesce(max(seq), 0) from read_parquet($files)")

    def envelope_batches(self, files: Sequence[str], connection: str) -> Iterator[pa.RecordBatch]:
        """Every row as it lies there, with its connection (which is a folder name and not in the files)."""
        if not files:
            return
        with self._session(files) as db:
            rows = db.sql(
                "select $connection as connection, kind, id, modified_at, is_deleted, extracted_at, seq, payload "
                "from read_parquet($files)",
                params={"files": list(files), "connection": connection},
            )
            for batch in rows.to_arrow_reader(_ROWS_AT_ONCE):
                yield batch.cast(ENVELOPE)

    def _value(self, files: Sequence[str], query: str) -> int:
        if not files:
            return 0
        with self._session(files) as db:
            row = db.execute(query, {"files": list(files)}).fetchone()
        return int(row[0]) if row else 0

    def _session(self, files: Sequence[str]) -> duckdb.DuckDBPyConnection:
        """A session of its own in one in-memory database: opening another database costs 20 ms each time."""
        with self._guard:
            if self._database is None:
                self._database = duckdb.connect(
                    config={
                        "memory_limit": _MEMORY,
                        "threads": 2,
                        "preserve_insertion_order": False,
                        "enable_external_file_cache": False,  # each file is read once; memory is for ids
                        "temp_directory": str(self._spill),
                    }
                )
            unknown = [path for path in files if path not in self._looked_at]
            self._looked_at.update(unknown)
            if any(_has_large_blocks(path) for path in unknown):
                self._allow_large_blocks()
            return self._database.cursor()

    def _allow_large_blocks(self) -> None:
        if self._database is not None:
            self._database.execute(f"set memory_limit = '{_MEMORY_FOR_LARGE_BLOCKS}'")


def _has_large_blocks(path: str) -> bool:
    if Path(path).stat().st_size < _LARGE_FILE:
        return False
    told = pq.read_metadata(path)
    return any(told.row_group(place).total_byte_size > _LARGE_BLOCK for place in range(told.num_row_groups))
