"""Where a deal stood and when: its visits, the moments at which it left each stage forward, and its moves.

Flicker, ties, missing history, unmapped stages and merged deals are this module's business; what had to be done in a
stage is verdicts.py's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from tests.reference.conditions import applies
from tests.reference.days import Days, When
from tests.reference.process import Process, Version
from tests.reference.rows import Deal, StageChange, Surroundings

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


@dataclass(frozen=True, slots=True)
class Gate:
    """The moment at which a stage was left forward: passed (`when`), not passed (`when` None), or not known."""

    when: When | None
    is_known: bool = True
    by: datetime | None = None
    """When it had been left at the latest, where nobody knows more."""
    is_won: bool = False
    """Whether it was left by winning."""


@dataclass(frozen=True, slots=True)
class Move:
    """A deviation of the path: skip, born_late, backward, reopen or conflict, with the stage moved to."""

    kind: str
    stage_key: str
    at: datetime


def visits(deal: Deal, process: Process, days: Days) -> list[Visit]:
    """The deal's visits in order, without those that were taken back at once."""
    found: list[Visit] = []
    changes = [replace(c, entered_at=days.seen(c.entered_at, c.precision).at) for c in deal.stage_changes]
    for change in _in_order(deal, changes, process):
        if found and found[-1].stage_key == change.stage_key:
            continue
        found.append(
            Visit(change.stage_key, change.entered_at, None, change.precision, change.actor_kind, change.actor_id)
        )
    for _ in range(SLIPS_WITHIN_SLIPS):
        found = _without_slips(found, timedelta(seconds=process.flicker_seconds))
    for visit, following in itertools.pairwise(found):
        visit.left_at = following.entered_at
    return found


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
    known = [c for c in changes if c.precision == "order" or (c.entered_at <= now and (c.recorded_at or now) <= now)]
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
        if len({c.stage_key for c in together}) > 1:
            together = [c for c in together if c.stage_id != ends_in] + [c for c in together if c.stage_id == ends_in]
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
        position = min(elsewhere, len(version.stages) + 1) - 0.5
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
        if visit.stage_key == "unmapped" or (number == 0 and here is None and is_truncated(deal, path, days)):
            is_known = False  # it may have been left then, or before the history begins
        if place is not None and here is not None and first_beyond(path, version, stage_key) == number:
            if number == 0 and is_truncated(deal, path, days):
                is_known = False
            if visit.precision == "order" or not _clear(deal, visit):
                is_known = False
            if is_known:
                return Gate(When(visit.entered_at, visit.precision == "day"), is_won=visit.stage_key == "won")
            return Gate(None, is_known=False, by=visit.entered_at)
    today = judging_version(path, process, stage_key) or process.at(deal.judged_at)
    if is_truncated(deal, path, days) and today.position(path[0].stage_key) is None:
        is_known = False  # what lies before a stage that the judging version has no place for, it does not say
    return Gate(None, is_known)


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
    if not _clear(deal, last):
        return Gate(None, is_known=False, by=last.entered_at)
    return Gate(When(last.entered_at, last.precision == "day"))


def judging_version(
    path: list[Visit], process: Process, stage_key: str, until: datetime | None = None
) -> Version | None:
    """The version in force when the deal first entered the stage; None when it did not, or only after `until`."""
    for visit in path:
        if visit.stage_key == stage_key and (until is None or visit.entered_at <= until):
            return process.at(visit.entered_at)
    return None


def moves(deal: Deal, path: list[Visit], process: Process, days: Days, around: Surroundings) -> list[Move]:
    """Skips, late births, backward moves, reopenings, and a second decision with nothing opened in between.

    They are told of deals that the version surely concerned at that moment.
    """
    found = list(_birth(deal, path, process, days, around))
    for number, visit in enumerate(path[1:], 1):
        version = process.at(visit.entered_at)
        if _is_concerned(deal, version, visit, days, around):
            found += [Move(kind, visit.stage_key, visit.entered_at) for kind in _kinds(path[:number], visit, version)]
    return found


def first_unmapped(path: list[Visit]) -> datetime | None:
    """When the deal first came into a stage that nobody has mapped: something for whoever runs Plumbline."""
    return next((visit.entered_at for visit in path if visit.stage_key == "unmapped"), None)


def _is_concerned(deal: Deal, version: Version, visit: Visit, days: Days, around: Surroundings) -> bool:
    if visit.precision == "order" or not _clear(deal, visit) or deal.deal_type not in version.deal_types:
        return False
    return applies(deal, version, None, When(visit.entered_at, visit.precision == "day"), days, around) is True


def _birth(deal: Deal, path: list[Visit], process: Process, days: Days, around: Surroundings) -> Iterator[Move]:
    for first in path[:1]:
        version = process.at(first.entered_at)
        is_known = is_born_in(deal, first, days) and _is_concerned(deal, version, first, days, around)
        if is_known and _passed_over(version, 0, first.stage_key):
            yield Move("born_late", first.stage_key, first.entered_at)


def _kinds(before: list[Visit], visit: Visit, version: Version) -> Iterator[str]:
    was_closed = before[-1].stage_key in SINKS
    if was_closed and visit.stage_key not in (*SINKS, "unmapped"):
        yield "reopen"
    if was_closed and visit.stage_key in SINKS and visit.stage_key != before[-1].stage_key:
        yield "conflict"
    here, stood = version.position(visit.stage_key), _last_place(before, version)
    if here is None or stood is None:
        return
    if here > stood and _skipped(version, before, stood, here):
        yield "skip"
    if here < stood and not was_closed:
        yield "backward"


def _clear(deal: Deal, visit: Visit) -> bool:
    return deal.unclear_until is None or visit.entered_at > deal.unclear_until


def _last_place(path: list[Visit], version: Version) -> int | None:
    """The place of the last stage that has one; a loss is passed over; None where an unmapped stage hides it."""
    for visit in reversed(path):
        if visit.stage_key != "lost":
            return version.position(visit.stage_key)
    return None


def _passed_over(version: Version, stood: int, to: str) -> bool:
    """Whether a stage that is not optional lies between."""
    place = version.position(to)
    if place is None:
        return False
    return any(stood < stage.order < place and not stage.is_optional for stage in version.stages)


def _skipped(version: Version, path: list[Visit], stood: int, here: int) -> bool:
    """Whether a stage between was never entered. (Whoever goes back and jumps ahead again is told the way back.)"""
    entered = {version.position(visit.stage_key) for visit in path}
    return any(
        stood < stage.order < here and not stage.is_optional and stage.order not in entered for stage in version.stages
    )


def over_time(deal: Deal, path: list[Visit], process: Process, days: Days,
              around: Surroundings) -> list[tuple[str, datetime]]:  # fmt: skip
    """Stages in which the deal stayed longer than allowed, all visits added up that are dated; since when."""
    found: list[tuple[str, datetime]] = []
    for stage_key in dict.fromkeys(visit.stage_key for visit in path):
        version = judging_version(path, process, stage_key)
        stage = None if version is None else next((s for s in version.stages if s.stage_key == stage_key), None)
        if version is None or stage is None or stage.max_days is None or deal.deal_type not in version.deal_types:
            continue
        left = timedelta(days=stage.max_days)
        for visit, following in zip(path, [*path[1:], None], strict=True):
            is_dated = visit.precision != "order" and (following is None or following.precision != "order")
            if visit.stage_key == stage_key and is_dated:
                stayed = (visit.left_at or deal.judged_at) - visit.entered_at
                if stayed > left:
                    since = visit.entered_at + left
                    is_concerned = applies(deal, version, None, When(since), days, around) is True
                    found += [(stage_key, since)] if _clear(deal, visit) and is_concerned else []
                    break
                left -= stayed
    return found
