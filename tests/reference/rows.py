"""A deal as the canonical tables show it: its own row, its history and its evidence. Names are the tables' own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(slots=True)
class StageChange:
    """An entry of `int_stage_changes`."""

    change_id: str
    stage_id: str
    stage_key: str
    entered_at: datetime
    recorded_at: datetime | None = None
    source: str = "history"
    precision: str = "exact"
    actor_id: str | None = None
    actor_kind: str = "person"
    pipeline_id: str = "p"


@dataclass(slots=True)
class FieldChange:
    """An entry of `int_field_changes`; `changed_at` is None for a value without a history."""

    change_id: str
    field: str
    value: str | None
    changed_at: datetime | None
    recorded_at: datetime | None = None
    source: str = "history"
    precision: str = "exact"
    actor_id: str | None = None
    actor_kind: str = "person"


@dataclass(slots=True)
class Activity:
    """An entry of `int_activities`."""

    activity_id: str
    kind: str
    occurred_at: datetime | None
    recorded_at: datetime | None = None
    outcome: str | None = None
    direction: str | None = None
    owner_key: str | None = None
    contact_count: int | None = None
    precision: str = "exact"
    started_at: datetime | None = None
    subject: str | None = None


@dataclass(slots=True)
class Contact:
    """An entry of `int_deal_contacts`."""

    contact_id: str
    added_at: datetime | None
    role: str | None = None
    removed_at: datetime | None = None
    precision: str = "exact"


@dataclass(slots=True)
class Document:
    """An entry of `int_documents`."""

    document_id: str
    kind: str
    occurred_at: datetime | None
    recorded_at: datetime | None = None
    status: str | None = None
    owner_key: str | None = None


@dataclass(slots=True)
class Deal:
    """A deal with all that is known about it."""

    connection: str
    deal_key: str
    created_at: datetime | None
    judged_at: datetime
    deal_type: str = "new"
    unjudged_reason: str | None = None
    unclear_until: datetime | None = None
    owner_key: str | None = None
    pipeline_id: str = "p"
    segment: str | None = None
    amount: str | None = None
    close_date: date | None = None
    stage_id: str | None = None
    """The CRM's own stage in which it says that the deal stands."""
    stage_changes: list[StageChange] = field(default_factory=list)
    field_changes: list[FieldChange] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A line of waivers.csv; `deal_key` None: every deal that leaves the stage from `given_at` to `valid_to`."""

    waiver_id: str
    deal_key: str | None
    step_key: str
    given_at: datetime
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a deal: since when each source of its connection is read, and which duties were lifted."""

    covered_from: dict[str, datetime | None]
    """Source -> since when it is read (None: always). A source that is not in it is not read at all."""
    waivers: list[Waiver] = field(default_factory=list)
    are_plans_known: bool = True
    """Whether anybody plans activities in the CRM, so that none planned means something."""
    logged: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Owner and kind -> how many activities of theirs were logged in the account that surely took place."""
    counterparts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Pipeline -> stages of the process that it has; one that is not in it has them all."""

    def saw(self, source: str, moment: datetime) -> bool:
        """Whether a source was read by then, so that what happened is there."""
        since = self.covered_from.get(source)
        return source in self.covered_from and (since is None or moment >= since)

    def has(self, stage_key: str, pipelines: Iterable[str]) -> bool:
        """Whether each of the pipelines has a counterpart of the stage."""
        return all(stage_key in self.counterparts.get(one, {stage_key}) for one in pipelines)
