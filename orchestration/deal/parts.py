"""The parts of a deal's story: people and stages by their names, times in the company's zone.

Only the structure belongs here; it is what `plumbline deal --json` gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in a stage. `days` of one that lasts are counted to judged_at.

    `precision` says how well its beginning is known, `left_precision` its end: exact, second, day or order.
    """

    stage: str
    entered_at: datetime | None
    left_at: datetime | None
    days: float
    moved_by: str
    precision: str
    left_precision: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence. `counted`: it made the step done."""

    what: str
    happened_at: datetime | None
    only_the_day: bool
    recorded_at: datetime | None
    who: str | None
    url: str | None
    counted: bool


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step with its verdict and what that rests on. `four_eyes` is for one that a second person has to do.

    `was_in_stage`: the deal stood in the step's stage before it was beyond it; else it passed the stage by.
    """

    key: str
    name: str
    why: str | None
    stage: str
    mandatory: bool
    state: str
    verdict: str
    reason: str | None
    left_stage_at: datetime | None
    left_only_the_day: bool
    was_in_stage: bool
    deadline_at: datetime | None
    owner_then: str | None
    four_eyes: str | None
    evidence: tuple[Piece, ...]
    more_evidence: int
    looked_for: str | None
    looked_where: str | None
    waiver: str | None


@dataclass(frozen=True, slots=True)
class FindingTold:
    """A finding; `asks` whether somebody is asked to do something."""

    sentence: str
    kind: str
    severity: str
    since: datetime | None
    days: float | None
    owner_then: str | None
    moved_by: str | None
    owner_now: str | None
    asks: bool
    waived: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A duty that something set off, one time."""

    key: str
    state: str
    verdict: str
    set_off_at: datetime | None
    deadline_at: datetime | None
    answered_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of open deals that is broken, or of which it is not known."""

    key: str
    state: str
    sentence: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A step to be recorded before the deal may leave its stage, or within the grace."""

    key: str
    name: str
    stage: str
    what_counts: str | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class DealStory:
    """Everything about one deal. `left_out` says how many visits, findings and answers were too many to tell."""

    key: str
    name: str
    url: str | None
    deal_type: str | None
    amount: Decimal | None
    currency: str | None
    owner: str | None
    stage: str
    status: str | None
    judged: bool
    not_judged_because: str | None
    history_begins_late: bool
    judged_at: datetime | None
    time_zone: str
    due: int
    ok: int
    unknown: int
    rate: str
    rate_without_waivers: str | None
    path: tuple[Visit, ...]
    steps: tuple[StepTold, ...]
    owed: tuple[Owed, ...]
    findings: tuple[FindingTold, ...]
    answers: tuple[Answer, ...]
    rules: tuple[Rule, ...]
    left_out: dict[str, int]
