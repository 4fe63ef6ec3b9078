"""What one attempt at a pass carries from stream to stream: connector, lake, plan, deadline, the rising seq.

State only; the course of a sync is in `sync.py`, and of a reconciliation in `reconcile.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.contract import Clock, Connector, Stream, StreamOutcome
from connectors.lake import Lake
from connectors.sync_batches import BatchWriter, Limits, OnBatch, Progress
from connectors.sync_fetch import Deadline
from connectors.sync_plan import PassPlan

SWEEP_EVERY = timedelta(days=7)
"""After so long every id is compared with the CRM's own list, even where the counts agree."""


class Seqs:
    """Numbers that rise over all tables of a connection."""

    def __init__(self, last: int) -> None:
        self.last = last

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.last += 1
        return self.last


@dataclass(slots=True)
class Attempt:
    """One attempt at a pass of one connection."""

    connector: Connector
    lake: Lake
    clock: Clock
    plan: PassPlan
    deadline: Deadline
    limits: Limits
    accept_fall: bool
    progress: Progress | None
    on_batch: OnBatch | None
    seqs: Seqs
    sweep_every: timedelta = SWEEP_EVERY
    streams: list[Stream] = field(default_factory=list)
    outcomes: list[StreamOutcome] = field(default_factory=list)
    appends: int = 0

    @property
    def connection(self) -> str:
        """The connection's name."""
        return self.connector.connection

    def writer(self, stream: Stream) -> BatchWriter:
        """A writer of batches into the stream's table."""
        return BatchWriter(self.lake, self.connection, stream, self.seqs, self.clock, self.limits, self._appended)

    def closes_table(self, stream: Stream) -> bool:
        """Whether no later stream of this pass goes into the same table."""
        return next(s for s in reversed(self.streams) if s.table == stream.table) == stream

    def _appended(self, stream: str, rows: int) -> None:
        self.appends += 1
        if self.on_batch is not None:
            self.on_batch(stream, rows)
