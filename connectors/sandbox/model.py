"""What a story consists of, and the truth about it: what happened, and the verdict that its teller wrote down.

Only shapes. Stories are told in `plots_*`, shown in `hubspot/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Actor = Literal["person", "integration", "import", "workflow", "system", "merge"]
State = Literal[
    "done", "done_in_grace", "late", "missing", "backfilled", "pending", "not_due", "unknown", "not_applicable"
]
Deviation = Literal["stage_skipped", "born_late", "moved_backward", "reopened"]
Whereabouts = Literal["live", "archived", "merged_away", "gone"]

STEP_STAGE: dict[str, str] = {
    "buyer_named": "qualify",
    "conversation_held": "qualify",
    "amount_known": "develop",
    "second_conversation": "develop",
    "second_contact": "develop",
    "offer_recorded": "propose",
    "close_date_ahead": "propose",
    "buyer_in_touch": "close",
    "final_amount": "close",
    "lost_reason_recorded": "lost",
}
"""The steps of the default process that the stories are about."""

MANDATORY = frozenset(
    ("buyer_named", "conversation_held", "amount_known", "close_date_ahead", "final_amount", "lost_reason_recorded")
)


class Entry(NamedTuple):
    """One value of a field, since when, and by whom. Times are milliseconds since 1970, UTC."""

    value: str
    at: int
    actor: Actor


class Activity(NamedTuple):
    """A meeting, call or e-mail: when it was, when it got into the CRM, how it went, with how many contacts.

    `how` is the CRM's word: a meeting's outcome, a call's status, an e-mail's direction.
    """

    kind: str
    at: int
    recorded: int
    how: str
    owner: int
    contacts: int


class Document(NamedTuple):
    """A quote or line item."""

    kind: str
    at: int
    status: str


class Visit(NamedTuple):
    """A stay in a stage; `left` None while it lasts."""

    stage_key: str
    entered: int
    left: int | None


class Move(NamedTuple):
    """A move that left the process."""

    kind: Deviation
    at: int
    from_stage: str | None
    to_stage: str
    actor: Actor


@dataclass(slots=True)
class Story:
    """A deal's life. `withheld` fields have a value but no history in the CRM; `first_shown` cuts the stage history."""

    index: int
    plot: str
    owner: int
    currency: str
    created: int
    pipeline: str = "default"
    deal_type: str = "new"
    native_type: str | None = "newbusiness"
    fields: dict[str, list[Entry]] = field(default_factory=dict)
    contacts: list[int] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    withheld: frozenset[str] = frozenset()
    first_shown: int | None = None
    archived_at: int | None = None
    merged_into: int | None = None
    parents: tuple[int, ...] = ()
    merged_at: int | None = None
    modified: int = 0
    written_by: int | None = None
    """Who did what people did, where an edit has since handed the deal over: nobody's past changes its author."""
    touched_at: int = 0
    """Of the last edit of any kind, also of those that don't move HubSpot's date; 0: only the story's own."""
    steps: dict[str, State] | None = field(default_factory=dict)
    due: set[str] = field(default_factory=set)
    visits: list[Visit] = field(default_factory=list)
    visits_certain: bool = True
    moves: list[Move] = field(default_factory=list)
    unjudged_reason: str | None = None

    @property
    def author(self) -> int:
        """The seller whose name people's changes bear."""
        return self.owner if self.written_by is None else self.written_by

    def value(self, name: str) -> str | None:
        """The present value of a field."""
        entries = self.fields.get(name)
        return entries[-1].value if entries else None


@dataclass(frozen=True, slots=True)
class VisitTruth:
    """A stay in a stage, in aware UTC moments."""

    stage_key: str
    entered_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class MoveTruth:
    """A move that left the process, and who or what made it."""

    kind: Deviation
    at: datetime
    from_stage: str | None
    to_stage: str
    moved_by_kind: Actor


@dataclass(frozen=True, slots=True)
class DealTruth:
    """What is true about a deal. `steps` None: a test edited the deal, and its teller makes no statement any more.

    `due` holds the mandatory steps that count in the rate. `visits` are binding only where `visits_certain`.
    Deals that are `merged_away` are not in any answer of the CRM except as a parent of their survivor.
    """

    deal_id: str
    plot: str
    steps: Mapping[str, State] | None
    due: frozenset[str]
    visits: tuple[VisitTruth, ...]
    visits_certain: bool
    moves: tuple[MoveTruth, ...]
    status: Literal["open", "won", "lost"]
    stage_key: str
    whereabouts: Whereabouts
    is_judged: bool
    unjudged_reason: str | None
    merged_into: str | None
    merged_at: datetime | None
    amount: Decimal | None
    currency: str
    deal_type: str
    owner_id: str
    owner_email: str
    created_at: datetime
