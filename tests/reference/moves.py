"""What is told of a deal's path: its moves, and the stages in which it stayed too long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.conditions import applies
from tests.reference.days import Days, When
from tests.reference.path import SINKS, Visit, is_born_in, is_clear, judging_version, pipelines_of, unseen
from tests.reference.process import Process, Version
from tests.reference.rows import Deal, Surroundings


@dataclass(frozen=True, slots=True)
class Move:
    """A deviation of the path: skip, born_late, backward, reopen or conflict, with the stage moved to."""

    kind: str
    stage_key: str
    at: datetime


def moves(deal: Deal, path: list[Visit], process: Process, days: Days, around: Surroundings) -> list[Move]:
    """Skips, late births, backward moves, reopenings, and a second decision with nothing opened in between.

    They are told of deals that the version surely concerned at that moment.
    """
    found = list(_birth(deal, path, process, days, around))
    for number, visit in enumerate(path[1:], 1):
        version = process.at(visit.entered_at)
        if _is_concerned(deal, version, visit, days, around):
            hidden, pipelines = unseen(deal, path, process, days, version), pipelines_of(path, number)
            known = {s.stage_key for s in version.stages if around.has(s.stage_key, pipelines)} - hidden
            found += [
                Move(kind, visit.stage_key, visit.entered_at) for kind in _kinds(path[:number], visit, version, known)
            ]
    return found


def _is_concerned(deal: Deal, version: Version, visit: Visit, days: Days, around: Surroundings) -> bool:
    if visit.precision == "order" or not is_clear(deal, visit) or deal.deal_type not in version.deal_types:
        return False
    return applies(deal, version, None, When(visit.entered_at, visit.precision == "day"), days, around) is True


def _birth(deal: Deal, path: list[Visit], process: Process, days: Days, around: Surroundings) -> Iterator[Move]:
    for first in path[:1]:
        version = process.at(first.entered_at)
        is_known = is_born_in(deal, first, days) and _is_concerned(deal, version, first, days, around)
        if is_known and _passed_over(version, first, around):
            yield Move("born_late", first.stage_key, first.entered_at)


def _kinds(before: list[Visit], visit: Visit, version: Version, known: set[str]) -> Iterator[str]:
    """`known`: stages of its pipeline that the deal can't have been in before its history begins."""
    was_closed = before[-1].stage_key in SINKS
    if was_closed and visit.stage_key not in (*SINKS, "unmapped"):
        yield "reopen"
    if was_closed and visit.stage_key in SINKS and visit.stage_key != before[-1].stage_key:
        yield "conflict"
    here, stood = version.position(visit.stage_key), _last_place(before, version)
    if here is None or stood is None:
        return
    if here > stood and _skipped(version, before, stood, here, known):
        yield "skip"
    if here < stood and not was_closed:
        yield "backward"


def _last_place(path: list[Visit], version: Version) -> int | None:
    """The place of the last stage that has one; a loss is passed over; None where an unmapped stage hides it."""
    for visit in reversed(path):
        if visit.stage_key != "lost":
            return version.position(visit.stage_key)
    return None


def _passed_over(version: Version, first: Visit, around: Surroundings) -> bool:
    """Whether a stage of the pipeline that is not optional lies before."""
    place = version.position(first.stage_key)
    if place is None:
        return False
    before = [stage for stage in version.stages if stage.order < place and not stage.is_optional]
    return any(around.has(stage.stage_key, [first.pipeline_id]) for stage in before)


def _skipped(version: Version, path: list[Visit], stood: int, here: int, known: set[str]) -> bool:
    """Whether a stage between was never entered. (Whoever goes back and jumps ahead again is told the way back.)

    A stage that nobody has mapped may have been any of them.
    """
    if any(visit.stage_key == "unmapped" for visit in path):
        return False
    entered = {version.position(visit.stage_key) for visit in path}
    return any(
        stood < stage.order < here and not stage.is_optional and stage.order not in entered and stage.stage_key in known
        for stage in version.stages
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
                    found += [(stage_key, since)] if is_clear(deal, visit) and is_concerned else []
                    break
                left -= stayed
    return found
