"""Proposes which stage of the process each CRM stage is, with the reason for each and what is doubtful.

Only the proposing belongs here. The words are stage_words.py's; asking the CRM and writing YAML is the command line's.
A person decides: a stage about which nothing speaks is left open, because an unmapped stage costs a verdict its
certainty, and a wrong one costs a seller an accusation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from connectors.contract import CrmPipeline, CrmStage
from expectations.process import Process
from expectations.stage_words import DEAL_TYPES, LOST, PARKED, WON, begins_in, first_of, meanings, plain
from expectations.steps import Stage

SAME_NAME = 1.5
PROBABILITY_WEIGHT, ORDER_WEIGHT = 0.5, 0.35
NEAR_MARGIN = 0.15
"""Another stage that scores less than so much below the proposed one is a doubt worth naming."""


@dataclass(frozen=True, slots=True)
class StageProposal:
    """A CRM stage and the process's stage, `won`, `lost` or None (a person decides); `unsure` says what is doubtful."""

    stage: CrmStage
    key: str | None
    reason: str
    unsure: str | None = None


@dataclass(frozen=True, slots=True)
class PipelineProposal:
    """A pipeline's deal type and stages, and which stages of the process no stage of it stands for."""

    pipeline: CrmPipeline
    deal_type: str
    deal_type_reason: str
    stages: tuple[StageProposal, ...]
    absent: tuple[str, ...]

    @property
    def doubts(self) -> list[StageProposal]:
        """What a person should look at first."""
        return [one for one in self.stages if one.unsure]


def propose(process: Process, pipelines: Sequence[CrmPipeline]) -> list[PipelineProposal]:
    """A proposal for each pipeline, against the newest version of the process."""
    ours = process.versions[-1].version.stages
    return [_propose_one(ours, pipeline) for pipeline in pipelines]


def _propose_one(ours: Sequence[Stage], pipeline: CrmPipeline) -> PipelineProposal:
    outcomes = {stage.id: found for stage in pipeline.stages if (found := _without_score(stage))}
    between = [stage for stage in pipeline.stages if stage.id not in outcomes]
    placed = {one.stage.id: one for one in _placed(ours, between)} | outcomes
    stages = tuple(placed[stage.id] for stage in pipeline.stages)
    met = {one.key for one in stages}
    deal_type, why = _deal_type(pipeline)
    return PipelineProposal(pipeline, deal_type, why, stages, tuple(s.key for s in ours if s.key not in met))


def _deal_type(pipeline: CrmPipeline) -> tuple[str, str]:
    name = plain(f"{pipeline.name} {pipeline.id}")
    for deal_type, words in DEAL_TYPES.items():
        if word := first_of(words, name):
            return deal_type, f"the pipeline's name has {word!r}"
    return "new", "nothing in the pipeline's name tells another type"


def _without_score(stage: CrmStage) -> StageProposal | None:
    """Won, lost and parked stages: what they are is told by flags or by name, and not by their place."""
    name = plain(stage.name)
    lost, won = first_of(LOST, name), first_of(WON, name)
    told = "lost" if lost else "won" if won else None
    if stage.is_won or (stage.is_closed and stage.is_won is None and stage.probability == 1):
        doubt = f"the CRM calls it won, its name has {lost!r}" if lost else None
        return StageProposal(stage, "won", "the CRM calls it won", doubt)
    if stage.is_closed and stage.is_won is not None:
        doubt = f"the CRM calls it closed and not won, its name has {won!r}" if told == "won" else None
        return StageProposal(stage, "lost", "the CRM calls it closed and not won", doubt)
    if stage.is_closed:
        doubt = "the CRM calls it closed and does not say how" if told is None else None
        return StageProposal(stage, told or "lost", f"closed, and its name has {lost or won!r}", doubt)
    if told and stage.is_closed is None:
        return StageProposal(stage, told, f"its name has {lost or won!r}", _odd_chance(stage, told))
    if told:
        doubt = f"decide whether its deals are {told}, or which stage they are in"
        return StageProposal(stage, None, f"its name has {lost or won!r}, but the CRM calls it open", doubt)
    if parked := first_of(PARKED, name):
        doubt = "leave it out (its deals count as unmapped), or choose the stage that they wait in"
        return StageProposal(stage, None, f"{parked!r} is a pause and no stage of the process", doubt)
    return None


def _odd_chance(stage: CrmStage, told: str) -> str | None:
    expected = 1.0 if told == "won" else 0.0
    if stage.probability is None or stage.probability == expected:
        return None
    return f"its probability is {stage.probability:.0%}"


def _placed(ours: Sequence[Stage], stages: Sequence[CrmStage]) -> list[StageProposal]:
    """The open stages, in an order that never goes back: the best sum of what speaks for each place."""
    if not stages:
        return []
    chances = [stage.probability for stage in stages]
    telling = _probabilities_tell(chances)
    scores = [
        [_score(ours, there, stage, (i + 0.5) / len(stages), telling) for there in range(len(ours))]
        for i, stage in enumerate(stages)
    ]
    path = _best_path(scores)
    return [_explained(ours, stage, scores[i], path[i], telling) for i, stage in enumerate(stages)]


def _probabilities_tell(chances: Sequence[float | None]) -> bool:
    """Whether the CRM's probabilities rise; many companies leave them all at one value, which tells nothing."""
    known = [chance for chance in chances if chance is not None]
    return len(known) == len(chances) and len(set(known)) > 1 and all(a <= b for a, b in pairwise(known))


def _score(ours: Sequence[Stage], there: int, stage: CrmStage, place: float, telling: bool) -> float:
    target = ours[there]
    score = _name_score(target, stage)[0]
    score -= ORDER_WEIGHT * abs(place - (there + 0.5) / len(ours))
    if telling and stage.probability is not None:
        score -= PROBABILITY_WEIGHT * abs(stage.probability - target.probability)
    return score


def _name_score(target: Stage, stage: CrmStage) -> tuple[float, str]:
    name, their_names = plain(stage.name), {plain(target.key), plain(target.name)}
    if name in their_names or plain(stage.id) in their_names:
        return SAME_NAME, f"named as {target.name}"
    if any(len(each) > 3 and begins_in(each, name) for each in their_names):
        return 1.0, f"its name has {target.name!r}"
    here, there = meanings(name), meanings(f"{plain(target.key)} {plain(target.name)}")
    shared = [(here[m][0] * there[m][0], here[m][1]) for m in here if m in there]
    if not shared:
        return 0.0, ""
    weight, word = max(shared)
    return weight, f"{word!r} is a word for {target.name}"


def _best_path(scores: Sequence[Sequence[float]]) -> list[int]:
    """One place for each row, never falling, with the highest sum."""
    best: list[list[tuple[float, list[int]]]] = []
    for i, row in enumerate(scores):
        line: list[tuple[float, list[int]]] = []
        for there, score in enumerate(row):
            before = max(best[i - 1][: there + 1], key=lambda each: each[0]) if i else (0.0, [])
            line.append((before[0] + score, [*before[1], there]))
        best.append(line)
    return max(best[-1], key=lambda each: each[0])[1]


def _explained(
    ours: Sequence[Stage],
    stage: CrmStage,
    scores: Sequence[float],
    there: int,
    telling: bool,
) -> StageProposal:
    target = ours[there]
    named, words = _name_score(target, stage)
    reasons = [words] if words else []
    if telling and stage.probability is not None:
        reasons.append(f"its probability of {stage.probability:.0%} beside {target.name}'s {target.probability:.0%}")
    reasons.append("its place in the order")
    return StageProposal(stage, target.key, "; ".join(reasons), _doubt(ours, scores, there, named))


def _doubt(ours: Sequence[Stage], scores: Sequence[float], there: int, named: float) -> str | None:
    others = [(score, ours[i].key) for i, score in enumerate(scores) if i != there]
    rival, key = max(others, default=(float("-inf"), ""))
    if rival > scores[there]:
        return f"by itself it looks more like {key}, but the order of its neighbours speaks against it"
    if rival > scores[there] - NEAR_MARGIN:
        return f"it could as well be {key}"
    return None if named else "its name says nothing; only order and probability speak for it"
