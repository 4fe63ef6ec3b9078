"""The state of each step of a deal, with the gate, the deadline and the moment at which it was done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tests.reference.conditions import applies, is_waived
from tests.reference.days import Days, When
from tests.reference.doubts import earliest_doubt
from tests.reference.owners import is_too_quiet, owner_at
from tests.reference.path import Gate, Visit, first_beyond, gate, is_truncated, judging_version, loss
from tests.reference.process import Process, Step, Version
from tests.reference.proofs import EVER, NOBODY_KNOWS_WHEN, SOURCE, Record, Scene, first_complete, suffices
from tests.reference.rows import Deal, Surroundings

KEPT = ("done", "done_in_grace")
DUE = (*KEPT, "late", "missing", "backfilled")


@dataclass(slots=True)
class Verdict:
    """What is said of one step of one deal."""

    step_key: str
    version: int
    state: str
    is_mandatory: bool = False
    gate_at: datetime | None = None
    deadline_at: datetime | None = None
    done: When | None = None
    perhaps: When | None = None
    """The earliest moment at which something of it may have been done that is not told for certain."""
    without_waiver: str = ""
    left: When | None = None
    """When the stage was left, where that is known."""
    left_by: str = "unknown"
    """What kind of actor did."""

    @property
    def done_at(self) -> datetime | None:
        """When it was done, where somebody knows."""
        return None if self.done is None or self.done in (EVER, NOBODY_KNOWS_WHEN) else self.done.at

    @property
    def is_due(self) -> bool:
        """Whether it counts in the rates: owed, the stage left, and known."""
        return self.is_mandatory and self.gate_at is not None and self.state in DUE

    @property
    def is_ok(self) -> bool:
        """Whether it counts as kept."""
        return self.is_due and self.state in KEPT


def verdict(deal: Deal, path: list[Visit], step_key: str, stage_key: str, process: Process, days: Days,
            around: Surroundings) -> Verdict:  # fmt: skip
    """The verdict on one step: which version judges, whether the step is owed there, and how it stands."""
    left = loss(deal, path) if stage_key == "lost" else gate(deal, path, process, days, stage_key)
    until = left.when.at if left.when else left.by
    version = None if stage_key == "lost" else judging_version(path, process, stage_key, until)
    if version is None:
        version = process.at(until or deal.judged_at)
    step = version.steps.get(step_key)
    was_passed = stage_key != "lost" and until is None and first_beyond(path, version, stage_key) is not None
    if was_passed:  # while no version in force knew the stage, or another one did
        step = None
    if deal.unjudged_reason is not None or step is None or deal.deal_type not in version.deal_types:
        mandatory = step is not None and step.is_mandatory
        return Verdict(step_key, version.number, "not_applicable", mandatory, without_waiver="not_applicable")
    if left.when is not None and _was_passed_by(path, version, stage_key, left, around):
        return Verdict(step_key, version.number, "not_applicable", step.is_mandatory, without_waiver="not_applicable")
    found = judge(deal, path, step, version, left, process, days, around)
    at = (left.when or When(deal.judged_at)) if left.is_known else None
    asked = applies(deal, version, step_key, at, days, around)
    if asked is not True:
        found.state = "not_applicable" if asked is False else "unknown"
    found.without_waiver = found.state
    if found.state != "not_applicable" and is_waived(deal, step_key, found.gate_at, around.waivers):
        found.state = "waived"
    return found


def _was_passed_by(path: list[Visit], version: Version, stage_key: str, left: Gate, around: Surroundings) -> bool:
    """Whether the stage is optional, or the pipeline has none such, and the deal went beyond it without being in it."""
    is_optional = any(stage.stage_key == stage_key and stage.is_optional for stage in version.stages)
    is_free = is_optional or (stage_key != "lost" and not around.has(stage_key, left.pipelines))
    return is_free and all(v.stage_key != stage_key or (left.when and v.entered_at > left.when.at) for v in path)


def judge(deal: Deal, path: list[Visit], step: Step, version: Version, left: Gate, process: Process, days: Days,
          around: Surroundings) -> Verdict:  # fmt: skip
    """A step's state at its best and at its worst; where they differ, nobody knows."""
    found = Verdict(step.step_key, version.number, "unknown", step.is_mandatory)
    entered = next((When(v.entered_at, v.precision == "day") for v in path if v.stage_key == step.stage_key), None)
    until = deadline(step, left.when, days) if left.when else When(deal.judged_at)
    worst = Scene(deal, path, around, days, left.when, until, entered, is_best=False, is_won=left.is_won)
    if any(other.after_step_key == step.step_key for other in version.steps.values()):
        in_time = partial(was_entered_in_time, until=until, process=process, days=days)
        found.perhaps = earliest_doubt(step, worst, _anything if step.backfill_policy == "accept" else in_time)
    if left.when is None:
        state, found.done = _before_leaving(step, worst)
        found.state = state if left.is_known else "unknown"
        return found
    found.deadline_at = (days.last_moment_after(until, 0) if until.by_day else until).at
    found.gate_at, found.left, found.left_by = left.when.at, left.when, left.moved_by
    state, found.done = _after_leaving(step, worst, left.when, until, process)
    best_scene = replace(worst, is_best=True)
    if path[0].stage_key == step.stage_key and is_truncated(deal, path, days):
        best_scene = replace(best_scene, entered=EVER)  # nobody knows since when it was there
    best, _ = _after_leaving(step, best_scene, left.when, until, process)
    is_told = state == best or {state, best} <= {"done", "done_in_grace"} or {state, best} <= {"late", "missing"}
    found.state = state if is_told else "unknown"
    all_read = Surroundings(dict.fromkeys(SOURCE.values()))
    if found.state == "missing" and first_complete(step, replace(best_scene, around=all_read), lambda _: True):
        found.state = "late"  # it is complete by now, and nobody knows since when
    terms = [term for alternative in step.alternatives for term in alternative]
    is_quiet = is_too_quiet(owner_at(deal, found.left, days), terms, process, around)
    if is_quiet and not first_complete(step, replace(worst, is_whenever=True), lambda _: True):
        held, _ = _after_leaving(step, replace(best_scene, is_unlogged=True), left.when, until, process)
        if found.state in ("late", "missing") and held not in ("late", "missing"):
            found.state = "unknown"  # nothing is lacking but what its owner may not have logged
    return found


def deadline(step: Step, left: When, days: Days) -> When:
    """Until when the step could be recorded. What had to hold when the stage was left nobody can put right later."""
    if step.stage_key != "lost" and all(term.kind == "field_at_gate" for terms in step.alternatives for term in terms):
        return left
    if step.deadline_seconds is not None:
        return When(left.at + timedelta(seconds=step.deadline_seconds), left.by_day)
    if step.grace_working_days is not None:
        return days.last_moment_after(left, step.grace_working_days)
    return When(left.at + timedelta(seconds=step.grace_seconds or 0), left.by_day)


def _before_leaving(step: Step, scene: Scene) -> tuple[str, When | None]:
    """The stage was not left: done is done, owed is what the present stage asks for, the rest is not due."""
    done = first_complete(step, scene, lambda _: True)
    if step.stage_key == "lost":
        return "not_due", done
    if done is not None:
        return "done", done
    return ("pending" if scene.path and scene.path[-1].stage_key == step.stage_key else "not_due"), None


def _after_leaving(step: Step, scene: Scene, left: When, until: When, process: Process) -> tuple[str, When | None]:
    days, now = scene.days, When(scene.deal.judged_at)
    entered_in_time = partial(was_entered_in_time, until=until, process=process, days=days)

    counts = _anything if step.backfill_policy == "accept" else entered_in_time
    in_time = until if step.stage_key == "lost" else left
    if suffices(step, scene, in_time, counts):
        return "done", first_complete(step, scene, counts)
    if suffices(step, scene, until, counts):
        return "done_in_grace", first_complete(step, scene, counts)
    done = first_complete(step, scene, _anything)
    if suffices(step, scene, until, _anything) and step.backfill_policy == "flag":
        return "backfilled", done
    if days.not_after(now, until):
        return "pending", done
    return ("missing" if done is None else "late"), done


def was_entered_in_time(record: Record, until: When, process: Process, days: Days) -> bool:
    """Whether the CRM got to know it soon enough after the grace to be believed."""
    ends = days.last_moment_after(until, 0) if until.by_day else until  # a grace known by its day lasts to its end
    tolerated = When(ends.at + timedelta(seconds=process.backfill_seconds))
    return record.recorded_at is None or days.not_after(When(record.recorded_at), tolerated)


def _anything(_: Record) -> bool:
    return True
