"""Everything that the rules say of one deal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.reference.answers import Answer, answers
from tests.reference.days import Days, When
from tests.reference.findings import Finding, of_answers, of_steps
from tests.reference.hygiene import hygiene
from tests.reference.moves import Move, moves, over_time
from tests.reference.path import Visit, first_unmapped, is_truncated, visits
from tests.reference.people import four_eyes
from tests.reference.process import Process
from tests.reference.rows import Deal, Surroundings
from tests.reference.verdicts import Verdict, verdict


@dataclass(slots=True)
class Judgement:
    """A deal's visits, verdicts, moves and rate."""

    visits: list[Visit]
    verdicts: dict[str, Verdict]
    moves: list[Move]
    over_time: list[tuple[str, datetime]]
    unmapped_since: datetime | None
    is_truncated: bool
    four_eyes: dict[str, str]
    answers: list[Answer]
    findings: list[Finding]
    hygiene: dict[str, str]

    @property
    def status(self) -> str:
        """open, won or lost."""
        last = self.visits[-1].stage_key if self.visits else "open"
        return last if last in ("won", "lost") else "open"

    @property
    def due(self) -> int:
        """How many steps were owed, with a known verdict."""
        return sum(verdict.is_due for verdict in self.verdicts.values())

    @property
    def ok(self) -> int:
        """How many of them were kept."""
        return sum(verdict.is_ok for verdict in self.verdicts.values())

    def rate(self) -> tuple[float, float] | None:
        """Every doubt against the deal, and for it; None when nothing was due."""
        mandatory = [verdict for verdict in self.verdicts.values() if verdict.is_mandatory]
        unknown = sum(verdict.state == "unknown" for verdict in mandatory)
        backfilled = sum(verdict.is_due and verdict.state == "backfilled" for verdict in mandatory)
        if self.due == 0:
            return None
        return self.ok / (self.due + unknown), (self.ok + unknown + backfilled) / (self.due + unknown)


def judge_deal(deal: Deal, process: Process, days: Days, around: Surroundings) -> Judgement:
    """Judge one deal by every version that concerns it."""
    path = visits(deal, process, days)
    deal = replace(deal, unjudged_reason=unjudged_reason(deal, path, process))
    is_judged = deal.unjudged_reason is None
    verdicts = {
        step: verdict(deal, path, step, stage, process, days, around) for step, stage in process.step_keys().items()
    }
    eyes = dict(_four_eyes(deal, path, verdicts, process, days))
    moved = moves(deal, path, process, days, around) if is_judged else []
    replies = list(answers(deal, path, process, days, around))
    return Judgement(
        visits=path,
        verdicts=verdicts,
        moves=moved,
        over_time=over_time(deal, path, process, days, around) if is_judged else [],
        unmapped_since=first_unmapped(path) if is_judged else None,
        is_truncated=is_truncated(deal, path, days),
        four_eyes=eyes,
        answers=replies,
        findings=[*of_steps(deal, path, verdicts, eyes, moved, process, days), *of_answers(path, replies)],
        hygiene=dict(hygiene(deal, path, process, days, around)),
    )


def _four_eyes(deal: Deal, path: list[Visit], verdicts: dict[str, Verdict], process: Process,
               days: Days) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Of each step that asks for another doer, where both apply and both were done."""
    asked = {
        key: process.versions[found.version - 1].steps[key]
        for key, found in verdicts.items()
        if found.without_waiver != "not_applicable"
    }
    for key, step in asked.items():
        other = asked.get(step.not_by_step_key or "")
        found = None if other is None else four_eyes(deal, path, step, other, days)
        if found is not None:
            yield key, found


def unjudged_reason(deal: Deal, path: list[Visit], process: Process) -> str | None:
    """Why nobody is to be judged by this deal: as the CRM says it, or because it was entered afterwards."""
    if deal.unjudged_reason is not None:
        return deal.unjudged_reason
    if path and path[0].actor_kind == "import":
        return "imported"
    birth = timedelta(seconds=process.won_at_birth_seconds)
    won = next((v.entered_at for v in path if v.stage_key == "won" and v.precision != "order"), None)
    if birth and won is not None and deal.created_at is not None and won - deal.created_at <= birth:
        return "won_at_birth"
    return None


def is_early(judgement: Judgement, step_key: str, stage_key: str, days: Days) -> bool:
    """Whether the step was done before the deal entered its stage."""
    done = judgement.verdicts[step_key].done
    entered = next(
        (When(v.entered_at, v.precision == "day") for v in judgement.visits if v.stage_key == stage_key), None
    )
    return done is not None and entered is not None and not days.not_after(entered, done)
