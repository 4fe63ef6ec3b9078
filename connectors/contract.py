"""What every connector must deliver: records in pages, a cursor, a count, deletions, and errors a person can act on.

Here belong the shapes shared by all connectors and by the sync runner. HTTP, files, the lake and scheduling don't.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Clock = Callable[[], datetime]
"""Returns the present as an aware UTC datetime; tests and replays give their own."""

CONNECTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""A connection's name is also a folder of the lake, so it needs no escaping anywhere."""

SyncState = Literal["backfilling", "good", "stale", "held"]


class ConnectorError(Exception):
    """Root of everything a connector raises; the text is for the operator and holds no secret.

    `retryable` says whether the same call may succeed later without anybody changing something.
    """

    retryable = False


class CredentialsError(ConnectorError):
    """The CRM refused who we are (wrong, expired or revoked token)."""


class MissingScopeError(ConnectorError):
    """The credentials are right but may not read this object."""


class QuotaExhausted(ConnectorError):
    """The day's allowance (less our reserve) is used up; nothing was lost, the next night goes on."""

    retryable = True


class Unreachable(ConnectorError):
    """The host could not be reached, or kept failing until the retries were used up."""

    retryable = True


class BadAnswer(ConnectorError):
    """The CRM answered something that is not what its API promises (HTML, half a page, a repeated cursor)."""

    retryable = True


class BadInput(ConnectorError):
    """An exported file or a setting is wrong; the text names file, line, value and fix."""


class TimeLimit(ConnectorError):
    """The connection used up its `max_minutes`; the next night continues from the cursor."""

    retryable = True


@dataclass(frozen=True, slots=True)
class Record:
    """One object as the CRM gave it. `payload` is the CRM's own JSON text, validated and otherwise untouched."""

    id: str
    payload: str
    modified_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, and the stream position *after* them (JSON values; opaque to the runner).

    A page that ends its stream has `last=True`. A page may be empty; only `last` ends a stream.
    """

    records: Sequence[Record]
    position: Mapping[str, Any]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """One object of a CRM. `essential` streams fail the pass when they can't be read; the others are not covered.

    `covers` names the kinds of evidence that rest on it (deals, stage_changes, field_changes, activities,
    planned_activities, contacts, documents, owners, stages). `fields` are the properties read; a change of them
    re-reads the stream.
    `count_lags` where the CRM's count comes from an index that runs behind its lists. `may_fall` where records go by
    the people's daily work (open tasks), so that a fall by half is no sign of a broken answer.
    """

    name: str
    table: str
    essential: bool = False
    covers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    count_lags: bool = False
    may_fall: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a stream stands. It is stored in the same append as the rows it covers.

    `position` is the connector's; `fields_hash` tells a changed selection of fields; `done` that the stream has
    ended in this pass. `synced_to` is the start of the last pass in which it ended: increments begin there.
    """

    stream: str
    pass_id: str
    pass_started_at: datetime
    position: Mapping[str, Any] = field(default_factory=dict)
    fields_hash: str = ""
    done: bool = False
    synced_to: datetime | None = None


@dataclass(slots=True)
class Traffic:
    """What a sync cost, counted by the HTTP session (or the file reader)."""

    requests: int = 0
    bytes: int = 0
    waited_seconds: float = 0.0


@dataclass(slots=True)
class StreamOutcome:
    """What one stream did in one pass; `ours` and `theirs` are live records by our count and by the CRM's own.

    `since` is where its increment began (None: everything was read). `swept` says that every id was compared,
    `found_deleted` and `found_missing` what that brought; `history_differs` how many deals stand elsewhere than their
    history ends. `absent_fields` were wanted, but the CRM doesn't have them or doesn't show them to us.
    """

    stream: str
    table: str
    rows_read: int = 0
    ours: int | None = None
    theirs: int | None = None
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    covered: bool = True
    covers: tuple[str, ...] = ()
    since: datetime | None = None
    swept: bool = False
    found_deleted: int = 0
    found_missing: int = 0
    history_differs: int | None = None
    absent_fields: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SyncOutcome:
    """What a pass of one connection came to. `watermark` is the highest seq that models may read (None: none yet)."""

    connection: str
    crm: str
    pass_id: str
    state: SyncState
    started_at: datetime
    ended_at: datetime
    judged_at: datetime | None = None
    watermark: int | None = None
    streams: list[StreamOutcome] = field(default_factory=list)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """How a CRM's stage history is held against the present: two DuckDB queries over the lake's latest live records.

    `present` selects (deal_id, stage_id) from the view `deals(id, payload)`: those that were read in this pass, and
    those whose history was. `history` selects (deal_id, stage_id), one row a deal, from the view `deals` or, where the
    history is a table of its own, from `history(id, payload)` alone, the latest records of `history_table`: the last
    stage that it tells. Deals without any history aren't compared. What differs is read again once by
    `Connector.read(stream named stream, ids)`, and by `read_history` where the history is a stream of its own; what
    still differs is listed for the operator.
    """

    stream: str
    present: str
    history: str
    history_stream: str | None = None
    history_table: str | None = None


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What a first full read of a stream will cost: records and calls, tokens of a day's budget, seconds of network."""

    stream: str
    records: int | None
    calls: int
    tokens: int = 0
    seconds: float = 0.0
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CrmStage:
    """A stage as the CRM tells it. `probability` is from 0 to 1, None where the CRM has none; `order` rises."""

    id: str
    name: str
    order: int
    probability: float | None = None
    is_closed: bool | None = None
    is_won: bool | None = None


@dataclass(frozen=True, slots=True)
class CrmPipeline:
    """A pipeline (or sales process, or team) with its stages in order."""

    id: str
    name: str
    stages: tuple[CrmStage, ...]


class Connector(Protocol):
    """A CRM account, readable. Built by `connectors.registry.open_connector`."""

    @property
    def connection(self) -> str:
        """The account's name in connections.yml."""

    @property
    def crm(self) -> str:
        """The kind of CRM, which is the first folder of its lake tables."""

    @property
    def traffic(self) -> Traffic:
        """Running totals since the connector was opened."""

    def streams(self) -> Sequence[Stream]:
        """The objects to read, in order; deals first."""

    def pages(self, stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Yield pages from `position` on ({} = begin). `synced_to` None asks for everything; else only what may
        have changed since (with the connector's own overlap). Deletions are records with `is_deleted`.

        Raises ConnectorError. Every yielded page is complete; a broken answer yields nothing.
        """

    def count(self, stream: Stream) -> int | None:
        """How many live records the CRM itself says there are; None where it offers no count."""

    def sweep(self, stream: Stream) -> Iterator[str] | None:
        """Ids of all live records, for finding deletions that left no trace; None where that is impossible."""

    def read(self, stream: Stream, ids: Sequence[str]) -> Iterator[Page]:
        """Re-read these ids (a failed invariant, a missing row). Ids that no longer exist yield nothing."""

    def history_check(self) -> HistoryCheck | None:
        """How the stage history is compared with the present; None where every deal's history is a snapshot."""

    def read_history(self, deal_ids: Sequence[str]) -> Iterator[Page]:
        """Re-read the stage history of these deals (records of `history_check().history_stream`); no pages where the
        deal's own record carries it.
        """

    def plan(self) -> list[StreamPlan]:
        """What the first full sync will cost, per stream, from the CRM's own counts. Raises ConnectorError."""

    def pipelines(self) -> list[CrmPipeline]:
        """The pipelines and stages as the CRM tells them, for proposing a stage map. Raises ConnectorError."""

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        """Wanted fields, by the CRM's names, that it doesn't have or doesn't show us: their emptiness proves nothing.

        Raises ConnectorError.
        """

    def notes(self, stream: Stream) -> list[str]:
        """What the operator should know about the stream's last reading (absent fields, cut histories)."""

    def probe(self) -> list[str]:
        """Lines for people: who we are there, what may be read, what is left of the quota. Raises ConnectorError."""

    def close(self) -> None:
        """Release sockets and files."""
