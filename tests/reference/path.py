"""Where a deal stood and when: its visits, and the moments at which it left each stage forward.

Flicker, ties, missing history, unmapped stages and merged deals are this module's business; what is told of the path
is moves.py's, what had to be done in a stage verdicts.py's.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from tests.reference.days import Days, When
from tests.reference.process import Process, Version
from tests.reference.rows import Deal, StageChange

BIRTH = timedelta(seconds=60)
SINKS = ("won", "lost")
SLIPS_WITHIN_SLIPS = 3
"""There, further, and all the way back is a slip within a slip; so deep they are looked for."""


@dataclass(slots=True)
class Visit:
    """A stay in a stage."""

    stage_key: str
    entered_at: datetime
    left_at: datetime | None
    precision: str
    actor_kind: str = "person"
    actor_id: str | None = None
    pipeline_id: str = "p"


@dataclass(frozen=True, slots=True)
class Gate:
    """The moment at which a stage was left forward: passed (`when`), not passed (`when` None), or not known."""

    when: When | None
    is_known: bool = True
    by: datetime | None = None
    """When it had been left at the latest, where nobody knows more."""
    is_won: bool = False
    """Whether it was left by winning."""
    pipelines: frozenset[str] = frozenset()
    """The pipelines from which and into which the deal went then."""
    moved_by: str = "unknown"
    """What kind of actor moved the deal then."""


def visits(deal: Deal, process: Process, days: Days) -> list[Visit]:
    """The deal's visits in order, without those that were taken back at once."""
    found: list[Visit] = []
    changes = [_by_day(c, deal, days) for c in deal.stage_changes]
    for change in _in_order(deal, changes, process):
        if found and found[-1].stage_key == change.stage_key:
            continue
        found.append(
            Visit(change.stage_key, change.entered_at, None, change.precision, change.actor_kind, change.actor_id,
                  change.pipeline_id)
        )  # fmt: skip
    for _ in range(SLIPS_WITHIN_SLIPS):
        found = _without_slips(found, timedelta(seconds=process.flicker_seconds))
    for visit, following in itertools.pairwise(found):
        visit.left_at = following.entered_at
    return found


def _by_day(change: StageChange, deal: Deal, days: Days) -> StageChange:
    """Known by its day alone, as is whatever else happened on a day of which one change is known no better."""
    if change.precision == "day":
        return replace(change, entered_at=days.begins(change.entered_at.date()))
    day = days.day(When(change.entered_at))
    is_vague = any(c.precision == "day" and c.entered_at.date() == day for c in deal.stage_changes)
    if change.precision == "order" or not is_vague or change.entered_at > deal.judged_at:
        return change
    return replace(change, entered_at=days.begins(day), precision="day")


def _without_slips(visits: list[Visit], flicker: timedelta) -> list[Visit]:
    """Whatever was left for where it had come from at once, all of it together, and what was come back to is one."""
    slips = {
        id(there)
        for before, there, after in zip(visits, visits[1:], visits[2:], strict=False)
        if before.stage_key == after.stage_key and after.entered_at - there.entered_at <= flicker
    }
    steady = [visit for visit in visits if id(visit) not in slips]
    return [visit for n, visit in enumerate(steady) if n == 0 or steady[n - 1].stage_key != visit.stage_key]


def _in_order(deal: Deal, changes: list[StageChange], process: Process) -> list[StageChange]:
    """By time. Changes of one moment are read forward, then in the CRM's own order, except where it cannot be:
    who enters the stage in which the deal already stood came back to it, and the last change leads to where it is.
    Two of the CRM's stages that are one of the process are one entry, told by the first in the CRM's own order.
    """
    now = deal.judged_at
    known = [c for c in changes if c.entered_at <= now and (c.recorded_at or now) <= now]
    found: list[StageChange] = []
    for moment in sorted({c.entered_at for c in known}):

        def forward(change: StageChange) -> tuple[float, str]:
            return _forward(change, process, moment)  # noqa: B023

        together = sorted((c for c in known if c.entered_at == moment), key=forward)
        is_moment = all(c.precision not in ("day", "order") for c in together)
        stood = found[-1].stage_id if found and is_moment else None  # within a day it may well have come back
        ends_in = stood
        if moment == max(c.entered_at for c in changes) and any(c.stage_id == deal.stage_id for c in together):
            ends_in = deal.stage_id
            reached = max(forward(c)[0] for c in together if c.stage_id == ends_in)
            together = [c for c in together if forward(c)[0] <= reached]  # beyond it never was, within a moment
        if stood is not None and ends_in == stood and any(c.stage_id == stood for c in together):
            continue  # it came back within the moment
        found += together
    return found


def _forward(change: StageChange, process: Process, moment: datetime) -> tuple[float, str]:
    """The place by which changes of one moment are ordered. What this version does not know, another one placed."""
    version = process.at(moment)
    last = {"lost": len(version.stages) + 0.9, "unmapped": 999.0}
    if change.stage_key in last:
        return last[change.stage_key], change.change_id
    position: float | None = version.position(change.stage_key)
    if position is None:
        elsewhere = max(other.position(change.stage_key) or 0 for other in process.versions)
        position = min(elsewhere, len(version.stages) + 1) - 0.5 + elsewhere / 1_000  # several as they lie there
    return position, change.change_id


def is_born_in(deal: Deal, first: Visit, days: Days) -> bool:
    """Whether the deal was created in its first known stage."""
    if deal.created_at is None:
        return False
    created = days.seen(deal.created_at, "day" if deal.created_at.time() == time.min else "exact")
    entered = When(first.entered_at, first.precision == "day")
    if entered.by_day or created.by_day:
        return days.not_after(entered, created)
    return entered.at - created.at <= BIRTH


def is_truncated(deal: Deal, path: list[Visit], days: Days) -> bool:
    """Whether the history begins later than the deal. (Where it begins in the first stage nothing was left before.)"""
    return not path or path[0].precision == "order" or not is_born_in(deal, path[0], days)


def gate(deal: Deal, path: list[Visit], process: Process, days: Days, stage_key: str) -> Gate:
    """When the deal first stood in any later stage, or was won."""
    if not path:
        return Gate(None, is_known=False)
    is_known = True
    for number, visit in enumerate(path):
        version = judging_version(path[: number + 1], process, stage_key) or process.at(visit.entered_at)
        place, here = version.position(stage_key), version.position(visit.stage_key)
        if visit.stage_key == "unmapped":
            is_known = False  # it may have been left then
        if place is not None and here is not None and first_beyond(path, version, stage_key) == number:
            if stage_key in unseen(deal, path, process, days, version):
                is_known = False
            if visit.precision == "order" or not is_clear(deal, visit):
                is_known = False
            if is_known:
                when = When(visit.entered_at, visit.precision == "day")
                pipelines, is_won = pipelines_of(path, number), visit.stage_key == "won"
                return Gate(when, is_won=is_won, pipelines=pipelines, moved_by=visit.actor_kind)
            return Gate(None, is_known=False, by=visit.entered_at)
    today = judging_version(path, process, stage_key) or process.at(deal.judged_at)
    return Gate(None, is_known and stage_key not in unseen(deal, path, process, days, today))


def pipelines_of(path: list[Visit], number: int) -> frozenset[str]:
    """The pipelines from which and into which the deal went with a visit."""
    return frozenset(visit.pipeline_id for visit in path[max(number - 1, 0) : number + 1])


def unseen(deal: Deal, path: list[Visit], process: Process, days: Days, judging: Version) -> set[str]:
    """Stages that may have been left before the history begins: whatever comes before its first stage, or has no place
    beside it, by the judging version or by one that was in force from the deal's creation until then.
    """
    if not is_truncated(deal, path, days):
        return set()
    first = path[0]
    then = [
        version
        for version in process.versions
        if version.valid_from <= first.entered_at
        and (version.valid_to is None or deal.created_at is None or version.valid_to > deal.created_at)
    ]
    return {
        stage.stage_key
        for version in (judging, *then)
        for stage in version.stages
        if (place := version.position(first.stage_key)) is None or stage.order < place
    }


def first_beyond(path: list[Visit], version: Version, stage_key: str) -> int | None:
    """The first visit that this version places after the stage; None when there is none."""
    place = version.position(stage_key)
    if place is None:
        return None
    places = [version.position(visit.stage_key) for visit in path]
    return next((number for number, here in enumerate(places) if here is not None and here > place), None)


def loss(deal: Deal, path: list[Visit]) -> Gate:
    """When the deal was lost, if it still is: a loss that was taken back asks for nothing."""
    if not path:
        return Gate(None, is_known=False)
    last = path[-1]
    if last.stage_key != "lost":
        return Gate(None)
    if last.precision == "order":
        return Gate(None, is_known=False)
    if not is_clear(deal, last):
        return Gate(None, is_known=False, by=last.entered_at)
    return Gate(When(last.entered_at, last.precision == "day"), moved_by=last.actor_kind)


def judging_version(
    path: list[Visit], process: Process, stage_key: str, until: datetime | None = None
) -> Version | None:
    """The version in force when the deal first entered the stage; None when it did not, or only after `until`."""
    for visit in path:
        if visit.stage_key == stage_key and (until is None or visit.entered_at <= until):
            return process.at(visit.entered_at)
    return None


def first_unmapped(path: list[Visit]) -> datetime | None:
    """When the deal first came into a stage that nobody has mapped: something for whoever runs Plumbline."""
    return next((visit.entered_at for visit in path if visit.stage_key == "unmapped"), None)


def is_clear(deal: Deal, visit: Visit) -> bool:
    return deal.unclear_until is None or visit.entered_at > deal.unclear_until
