"""Collects records into batches and appends each together with the cursor that covers it; refuses endless pages.

Neither the order of streams nor what a pass comes to is decided here. At most one batch of payloads is held.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson

from connectors.contract import BadAnswer, Clock, Cursor, Record, Stream
from connectors.lake import Lake, LakeRow
from connectors.outcome import cursor_to_json


class Progress(Protocol):
    """Told after every page: the stream's name and the rows read from it so far in this attempt."""

    def __call__(self, stream: str, rows: int, /) -> None:
        """Must return at once: the sync waits for it."""


OnBatch = Callable[[str, int], None]
"""Told after every append: the stream's name and the rows of the batch (without its cursor)."""


class EndlessPages(BadAnswer):
    """The CRM's pages lead in a circle or never end. Going on from the same place would repeat it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a batch is full, and when a stream is too long to be true. Tests choose smaller ones."""

    batch_rows: int = 5_000
    batch_seconds: float = 10.0
    batch_characters: int = 64_000_000  # long histories make heavy rows
    max_pages: int = 1_000_000


class BatchWriter:
    """Buffers one stream's rows. A batch is appended whole, its cursor last and with the highest seq."""

    def __init__(
        self,
        lake: Lake,
        connection: str,
        stream: Stream,
        seqs: Iterable[int],
        clock: Clock,
        limits: Limits,
        on_batch: OnBatch | None,
    ) -> None:
        self._lake, self._connection, self._stream = lake, connection, stream
        self._seqs, self._clock, self._limits, self._on_batch = iter(seqs), clock, limits, on_batch
        self._rows: list[LakeRow] = []
        self._characters = 0
        self._since: datetime | None = None
        self._cursor: Cursor | None = None

    def add(self, records: Iterable[Record], cursor: Cursor | None) -> None:
        """Take a page and the cursor after it; append when the batch is full."""
        now = self._clock()
        for record in records:
            self._rows.append(
                LakeRow(
                    self._connection,
                    "record",
                    record.id,
                    record.modified_at,
                    record.is_deleted,
                    now,
                    next(self._seqs),
                    record.payload,
                )
            )
            self._characters += len(record.payload)
        self._cursor = cursor or self._cursor
        self._since = self._since or now
        waited = (now - self._since).total_seconds()
        limits = self._limits
        if (
            len(self._rows) >= limits.batch_rows
            or self._characters >= limits.batch_characters
            or waited >= limits.batch_seconds
        ):
            self.flush()

    def flush(self) -> None:
        """Append what is buffered, if anything."""
        rows, cursor = self._rows, self._cursor
        # Emptied first: after a failed append the rows are read again from the last cursor, never appended twice.
        self._rows, self._characters, self._since, self._cursor = [], 0, None, None
        records = len(rows)
        if cursor is not None:
            rows.append(self._cursor_row(cursor))
        if not rows:
            return
        self._lake.append(self._stream.table, rows)
        if self._on_batch is not None:
            self._on_batch(self._stream.name, records)

    def _cursor_row(self, cursor: Cursor) -> LakeRow:
        return LakeRow(
            connection=self._connection,
            kind="cursor",
            id=cursor.stream,
            modified_at=None,
            is_deleted=False,
            extracted_at=self._clock(),
            seq=next(self._seqs),
            payload=cursor_to_json(cursor),
        )


class PageGuard:
    """Stops pages that repeat a position or never end. Keeps 8 bytes per page."""

    def __init__(self, connection: str, stream: Stream, begin: Mapping[str, Any], max_pages: int) -> None:
        self._where = f"{connection}, stream {stream.name}"
        self._max_pages = max_pages
        self._pages = itertools.count(1)
        self._seen = {_digest(begin)} if begin else set()

    def check(self, position: Mapping[str, Any], *, last: bool) -> None:
        """Raise EndlessPages for a position seen before. {} means 'cannot be resumed inside' and may repeat."""
        page = next(self._pages)
        if page > self._max_pages:
            raise EndlessPages(f"{self._where}: no end after {self._max_pages} pages; the CRM's paging is broken.")
        if last or not position:
            return
        digest = _digest(position)
        if digest in self._seen:
            text = orjson.dumps(dict(position)).decode()[:200]
            raise EndlessPages(
                f"{self._where}: page {page} leads back to a position that was read before ({text}). The CRM repeats "
                "its cursor; the next sync begins this stream anew."
            )
        self._seen.add(digest)


def _digest(position: Mapping[str, Any]) -> bytes:
    text = orjson.dumps(dict(position), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=8).digest()
