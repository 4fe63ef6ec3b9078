"""What is told of a deal's steps and answers, who hears of it, and whether it asks anybody for anything.

One root cause is one finding: a step that is missing because its stage was skipped is part of the skip, and an answer
that was asked for several times is told once. Moves and overlong stays are moves.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.reference.answers import Answer
from tests.reference.days import Days, When
from tests.reference.moves import Move
from tests.reference.owners import team_at
from tests.reference.path import Visit
from tests.reference.process import Process, Step, Version
from tests.reference.rows import Deal
from tests.reference.verdicts import Verdict

BREACHES = ("missing", "late", "backfilled")


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one step, or of one answer."""

    kind: str
    key: str
    since: datetime | None
    """When it happened; None where the rules name no moment."""
    mode: str = "alert"
    is_waived: bool = False
    asks: bool = False
    """Whether somebody can still mend it."""

    @property
    def is_alert(self) -> bool:
        """Whether everybody hears of it who gets alerts."""
        return self.asks and self.mode == "alert"

    @property
    def is_for_owner(self) -> bool:
        """Whether the owner alone is asked."""
        return self.asks and self.mode == "coach"


def of_steps(deal: Deal, path: list[Visit], verdicts: dict[str, Verdict], four_eyes: dict[str, str],
             moves: list[Move], process: Process, days: Days) -> Iterator[Finding]:  # fmt: skip
    """Steps that are not as they should be, that were done in the wrong order, or by the same person."""
    for key, found in verdicts.items():
        version = process.versions[found.version - 1]
        step = version.steps.get(key)
        if step is None or found.without_waiver == "not_applicable":
            continue
        mode, is_waived = mode_of(deal, step, found.left, days), found.state == "waived"
        state = found.without_waiver
        is_breach = step.is_mandatory and found.gate_at is not None and state in BREACHES
        if is_breach and (
            is_waived or state != "missing" or not _is_of_skip(path, step, version, found.gate_at, moves)
        ):
            asks = state == "missing" and not is_waived and _can_be_mended(path, step)
            since = found.deadline_at if step.stage_key == "lost" else found.gate_at
            yield Finding(f"step_{state}", key, since, mode, is_waived, asks)
        if is_out_of_order(step, verdicts, days) and found.done_at is not None:
            yield Finding("out_of_order", key, found.done_at, mode, is_waived)
        if four_eyes.get(key) == "violated":
            yield Finding("four_eyes", key, None, mode, is_waived)


def mode_of(deal: Deal, step: Step, left: When | None, days: Days) -> str:
    """The mode of the team whose deal it was when the stage was left (not known: whose it is), else of everybody."""
    return step.modes.get(team_at(deal, left, days)) or step.modes.get(None, "alert")


def _is_of_skip(path: list[Visit], step: Step, version: Version, left_at: datetime | None, moves: list[Move]) -> bool:
    """Whether the move that left the stage, and no other of that moment, went past it."""
    was_there = any(v.stage_key == step.stage_key and left_at and v.entered_at <= left_at for v in path)
    place = version.position(step.stage_key) or 0
    left_by = next((v for v in path if v.entered_at == left_at and (version.position(v.stage_key) or 0) > place), None)
    return not was_there and any(
        move.kind in ("skip", "born_late") and left_by is not None and move.at == left_at
        and move.stage_key == left_by.stage_key
        for move in moves
    )  # fmt: skip


def _can_be_mended(path: list[Visit], step: Step) -> bool:
    """In an open deal, and after a loss; what had to hold when the stage was left nobody can put right."""
    is_held = all(term.kind == "field_at_gate" for terms in step.alternatives for term in terms) and step.alternatives
    return step.stage_key == "lost" or (path[-1].stage_key not in ("won", "lost") and not is_held)


def is_out_of_order(step: Step, verdicts: dict[str, Verdict], days: Days) -> bool:
    """Whether the step was done before the one that should come first, and that one surely not before it."""
    first, done = verdicts.get(step.after_step_key or ""), verdicts[step.step_key].done
    if first is None or first.without_waiver == "not_applicable" or first.done_at is None or done is None:
        return False
    if first.perhaps is not None and days.not_after(first.perhaps, done):
        return False
    return first.done is not None and not days.not_after(first.done, done)


def of_answers(path: list[Visit], answers: list[Answer]) -> Iterator[Finding]:
    """Each answer that is late or missing, once for all the events that it would have answered."""
    told: set[tuple[str, str, datetime | None]] = set()
    in_order = sorted(answers, key=lambda a: (a.event.when is None, a.event.when and a.event.when.at))
    for answer in in_order:
        root = (answer.response_key, answer.state, answer.answered_at if answer.state == "late" else None)
        if (
            answer.is_due
            and answer.state in ("late", "missing")
            and root not in told
            and answer.deadline_at is not None
        ):
            told.add(root)
            asks = answer.state == "missing" and path[-1].stage_key not in ("won", "lost")
            yield Finding(f"response_{answer.state}", answer.response_key, answer.deadline_at, asks=asks)
