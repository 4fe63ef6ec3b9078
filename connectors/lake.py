"""The lake: everything a CRM ever said, append-only, in one Delta table per `<crm>/<object>`.

It answers which rows, files, cursors and past syncs there are. What a sync does with them is `sync.py`'s; how Delta
tables are written is `lake_table.py`'s, how rows are read `self.reader.py`'s. Compaction and erasure run under the
workspace's lock, never inside a night: a night has resolved its live files once and goes on reading them.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from connectors.contract import CONNECTION_NAME, Cursor
from connectors.lake_columns import strings
from connectors.lake_query import IdDifferences, LakeReader
from connectors.lake_table import LakeError, LakeFile, LakeFull, LakeRow, LakeTable
from connectors.outcome import cursor_from_json

__all__ = ["SYNCS", "Lake", "LakeError", "LakeFull", "LakeRow"]

SYNCS = "plumbline/syncs"
_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


class Lake:
    """The lake under one folder. One instance may be used by several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reader = LakeReader(root / ".spill")  # the folder is made only when needed, and emptied again
        self._tables: dict[str, LakeTable] = {}
        self._guard = threading.Lock()

    def table(self, name: str) -> LakeTable:
        """The table of this name, whether anything was appended yet or not."""
        if not _TABLE_NAME.fullmatch(name):
            raise LakeError(f"'{name}' is no lake table: expected <crm>/<object> in lower case, as hubspot/deals.")
        with self._guard:
            return self._tables.setdefault(name, LakeTable(self.root / name, name))

    def table_names(self) -> list[str]:
        """All tables that exist, sorted."""
        return sorted(f"{log.parent.parent.name}/{log.parent.name}" for log in self.root.glob("*/*/_delta_log"))

    def append(self, table: str, rows: Sequence[LakeRow]) -> None:
        """Append rows in one transaction: all or none. The cursor travels with the rows that it covers."""
        for connection in {row.connection for row in rows}:
            if not CONNECTION_NAME.fullmatch(connection):
                raise LakeError(f"'{connection}' is no connection name: expected {CONNECTION_NAME.pattern}.")
        self.table(table).append(rows)

    def live_files(self) -> dict[str, dict[str, list[str]]]:
        """Table -> connection -> absolute paths of the files that are alive now."""
        found: dict[str, dict[str, list[str]]] = {}
        for name in self.table_names():
            partitions = found.setdefault(name, {})
            for file in self.table(name).files():
                partitions.setdefault(file.connection, []).append(file.path)
        return found

    def cursors(self, crm: str, connection: str) -> dict[str, Cursor]:
        """The last cursor of each stream."""
        newest: dict[str, tuple[int, Cursor]] = {}
        for name in self._tables_of(crm):
            for seq, payload in self.reader.latest_of_kind(self._paths(name, connection), "cursor"):
                cursor = cursor_from_json(payload)
                if cursor.stream not in newest or newest[cursor.stream][0] < seq:
                    newest[cursor.stream] = (seq, cursor)
        return {stream: cursor for stream, (_, cursor) in newest.items()}

    def last_seq(self, crm: str, connection: str) -> int:
        """The highest seq of this connection over all its tables (0: none). Files' statistics answer it."""
        highest = 0
        for name in (*self._tables_of(crm), SYNCS):
            files = self._files(name, connection)
            highest = max([highest, *(f.max_seq for f in files if f.max_seq is not None)])
            unknown = [f.path for f in files if f.max_seq is None]
            highest = max(highest, self.reader.highest_seq(unknown))
        return highest

    def live_count(self, table: str, connection: str) -> int:
        """How many records are alive by our own count."""
        return self.reader.live_count(self._paths(table, connection))

    def id_differences(self, table: str, connection: str, listed: Iterable[Sequence[str]]) -> IdDifferences:
        """How the ids of the live records differ from those that a CRM lists, part by part."""
        return self.reader.id_differences(self._paths(table, connection), listed)

    def last_stamps(self, table: str, connection: str, ids: pa.Array | pa.ChunkedArray) -> dict[str, datetime]:
        """The latest modification time ever told of each of these ids, deleted ones among them."""
        return self.reader.last_stamps(self._paths(table, connection), ids)

    def known_ids(self, table: str, connection: str, not_deleted: bool = True) -> set[str]:
        """Ids of the records as a set: for small objects. `id_differences` is for large ones."""
        ids = self.reader.live_ids(self._paths(table, connection), not_deleted=not_deleted)
        return {str(i) for i in ids.to_pylist()}

    def latest_rows(
        self, table: str, connection: str, ids: pa.Array | pa.ChunkedArray | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Latest live version of each record (of these ids): batches of id, modified_at, payload."""
        return self.reader.latest_rows(self._paths(table, connection), ids)

    def history_differences(
        self,
        connection: str,
        deals_table: str,
        history_table: str | None,
        *,
        present: str,
        history: str,
        since_seq: int = 0,
        among: Sequence[str] | None = None,
    ) -> list[str]:
        """Ids of live deals (received after `since_seq`; of these) whose history ends elsewhere than they stand.

        `present` and `history` are the queries of `contract.HistoryCheck`.
        """
        deals = self._paths(deals_table, connection)
        told = self._paths(history_table, connection) if history_table else []
        return self.reader.history_differences(deals, told, present, history, since_seq, among)

    def payloads(self, table: str, connection: str, ids: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
        """(id, payload) of the latest live version of each record (of these ids), streaming."""
        wanted = None if ids is None else strings(list(ids))
        for batch in self.latest_rows(table, connection, wanted):
            yield from zip(batch["id"].to_pylist(), batch["payload"].to_pylist(), strict=True)

    def sync_rows(self, connection: str | None = None) -> list[dict[str, Any]]:
        """What each pass came to, oldest first, one per pass (the last word counts): see outcome.from_dict.

        `resumable` tells whether the next sync goes on with that pass.
        """
        found: list[tuple[int, dict[str, Any]]] = []
        by_connection = self.live_files().get(SYNCS, {}) if connection is None else {connection: []}
        for name in by_connection:
            rows = self.reader.latest_of_kind(self._paths(SYNCS, name), "sync")
            found.extend((seq, orjson.loads(payload)) for seq, payload in rows)
        found.sort(key=lambda item: (item[1]["ended_at"], item[1]["connection"], item[0]))
        return [values for _, values in found]

    def compact(self, keep_hours: float) -> dict[str, int]:
        """Merge small files and delete dead ones older than `keep_hours`. Returns table -> files merged."""
        merged = {}
        for name in self.table_names():
            merged[name] = self.table(name).compact()
            self.table(name).vacuum(keep_hours)
        return merged

    def forget(self, terms: Iterable[str]) -> dict[str, int]:
        """Erase a person, named by ids and e-mail addresses. Returns table -> rows touched."""
        from connectors.forget import forget_person  # forget.py is built on this class

        return forget_person(self, terms).rows

    def files(self, table: str, connection: str) -> list[LakeFile]:
        """The live files of one connection in a table."""
        return self._files(table, connection)

    def _tables_of(self, crm: str) -> list[str]:
        return [name for name in self.table_names() if name.startswith(f"{crm}/")]

    def _files(self, table: str, connection: str) -> list[LakeFile]:
        return [f for f in self.table(table).files() if f.connection == connection]

    def _paths(self, table: str, connection: str) -> list[str]:
        return [f.path for f in self._files(table, connection)]
