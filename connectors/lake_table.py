"""One Delta table of the lake: its envelope, appends in one transaction, live files with their statistics, upkeep.

Only the deltalake library's ways belong here. What rows mean (`lake.py`) and reading them (`lake_query.py`) don't.
"""

from __future__ import annotations

import errno
import math
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from connectors.contract import ConnectorError
from connectors.lake_columns import MOMENT, flags, integers, moments, strings

Kind = Literal["record", "cursor", "sync"]
T = TypeVar("T")

ENVELOPE = pa.schema(
    [
        ("connection", pa.string()),
        ("kind", pa.string()),
        ("id", pa.string()),
        ("modified_at", MOMENT),
        ("is_deleted", pa.bool_()),
        ("extracted_at", MOMENT),
        ("seq", pa.int64()),
        ("payload", pa.string()),
    ]
)
# Statistics of ids and payloads would copy people's data into a log that outlives the files (decision 15).
_SETTINGS = {"delta.dataSkippingStatsColumns": "seq,extracted_at"}
# A row group is read whole: with the writer's default of a million rows, the payloads of one fill the memory.
_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=16_384)
_OF_FILES = ("partition.connection", "path", "num_records", "min.seq", "max.seq")
_COMPACT_TO_BYTES = 128 * 1024 * 1024

# One lock per table folder and process: connections are synced in threads and share tables. Deltalake's own retries
# would cope too, but each lost race writes its files again.
_locks: dict[str, threading.RLock] = {}
_locks_guard = threading.Lock()


class LakeError(ConnectorError):
    """The lake could not be written or read; nothing of the append was kept, so nothing is half there."""


class LakeFull(LakeError):
    """No space is left where the lake lies."""


@dataclass(frozen=True, slots=True)
class LakeRow:
    """One row of the envelope (DESIGN, decision 2)."""

    connection: str
    kind: Kind
    id: str
    modified_at: datetime | None
    is_deleted: bool
    extracted_at: datetime
    seq: int
    payload: str


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A live file of a table; the seqs are None where the file carries no statistics."""

    connection: str
    path: str
    rows: int
    min_seq: int | None
    max_seq: int | None


class LakeTable:
    """A Delta table `<root>/<crm>/<object>`, partitioned by connection. Created by its first append."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._handle: DeltaTable | None = None
        with _locks_guard:
            self.lock = _locks.setdefault(str(folder.resolve()), threading.RLock())

    def exists(self) -> bool:
        """Whether anything was ever appended."""
        return (self.folder / "_delta_log").is_dir()

    def append(self, rows: Sequence[LakeRow]) -> None:
        """Append all rows in one transaction, or none of them."""
        if not rows:
            return
        data = _as_arrow(rows)

        def write() -> None:
            write_deltalake(self._open(create=True), data, mode="append", writer_properties=_WRITER)

        self._guarded(write, f"append {len(rows)} rows to")

    def files(self) -> list[LakeFile]:
        """The live files as of now, oldest first by seq."""
        if not self.exists():
            return []
        actions = self._guarded(self._add_actions, "list the files of")
        found = [self._file(action) for action in actions.to_pylist()]
        return sorted(found, key=lambda f: (f.connection, f.min_seq or 0, f.path))

    def replace_partition(self, connection: str, batches: Iterator[pa.RecordBatch]) -> None:
        """Replace the rows of one connection by these, streaming, in one transaction."""
        reader = pa.RecordBatchReader.from_batches(ENVELOPE, batches)

        def write() -> None:
            write_deltalake(
                self._open(),
                reader,
                mode="overwrite",
                predicate=f"connection = '{connection}'",  # names no person: it is kept in the log
                writer_properties=_WRITER,
            )

        self._guarded(write, f"rewrite the rows of {connection} in")

    def compact(self) -> int:
        """Merge small files; the rows stay the same. Returns how many files were merged."""
        result: dict[str, Any] = self._guarded(
            lambda: self._open().optimize.compact(
                target_size=_COMPACT_TO_BYTES, max_concurrent_tasks=1, writer_properties=_WRITER
            ),
            "merge the small files of",
        )
        return int(result["numFilesRemoved"])

    def vacuum(self, keep_hours: float) -> int:
        """Delete files that no longer belong to the table and are older than this. Returns how many.

        `full` also takes what a killed append left behind and no transaction ever named.
        """

        def clean() -> int:
            table = self._open()
            gone = table.vacuum(
                retention_hours=math.ceil(keep_hours), dry_run=False, enforce_retention_duration=False, full=True
            )
            table.create_checkpoint()
            return len(gone)

        return int(self._guarded(clean, "delete the old files of"))

    def _open(self, *, create: bool = False) -> DeltaTable:
        if self._handle is not None:
            self._handle.update_incremental()
        elif create and not self.exists():
            self._handle = DeltaTable.create(
                self.folder, schema=ENVELOPE, mode="ignore", partition_by=["connection"], configuration=_SETTINGS
            )
        else:
            self._handle = DeltaTable(self.folder)
        return self._handle

    def _add_actions(self) -> pa.Table:
        # Neither pa.table() nor times as Python values: both would import pandas.
        actions = pa.RecordBatchReader.from_stream(self._open().get_add_actions(flatten=True)).read_all()
        return actions.select([name for name in _OF_FILES if name in actions.column_names])

    def _file(self, action: dict[str, Any]) -> LakeFile:
        return LakeFile(
            connection=action["partition.connection"],
            path=str(self.folder.resolve() / action["path"]),
            rows=action["num_records"],
            min_seq=action.get("min.seq"),
            max_seq=action.get("max.seq"),
        )

    def _guarded(self, act: Callable[[], T], what: str) -> T:
        with self.lock, self._named_errors(what):
            return act()

    @contextmanager
    def _named_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, DeltaError) as error:
            self._handle = None  # it may stand on a version that was never committed
            full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)
            if full:
                raise LakeFull(
                    f"The disk is full: could not {what} the lake table {self.name} in {self.folder} "
                    f"({_free_megabytes(self.folder)} MB free). Free some space and run again: nothing was lost, "
                    "the sync goes on from its last cursor."
                ) from error
            raise LakeError(
                f"Could not {what} the lake table {self.name} in {self.folder}: {error}. "
                "Check that the folder may be written and is no damaged copy; nothing was half written."
            ) from error


def _as_arrow(rows: Sequence[LakeRow]) -> pa.RecordBatch:
    columns = [
        strings([row.connection for row in rows]),
        strings([row.kind for row in rows]),
        strings([row.id for row in rows]),
        moments([row.modified_at for row in rows]),
        flags([row.is_deleted for row in rows]),
        moments([row.extracted_at for row in rows]),
        integers([row.seq for row in rows]),
        strings([row.payload for row in rows]),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ENVELOPE)


def _free_megabytes(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free // 2**20
