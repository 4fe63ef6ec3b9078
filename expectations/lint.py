"""Warnings about a process that is valid and still unwise: too onerous to be followed, or too vague to be judged.

What is wrong is refused by process_checks.py; here stands only what a sales manager may want to think over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from expectations.evidence import alternatives
from expectations.process import NumberedVersion, Process
from expectations.steps import Stage, Step

MOST_MANDATORY_IN_STAGE = 4
MOST_MANDATORY_OVERALL = 12
BY_THE_MOVE = {"stage", "field_at_gate"}
"""Evidence that is there when the deal moves, whatever people do meanwhile."""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 (the trade's word; the built-in is not used here)
    """One thing to think over: where it is, what it is, and what could be done."""

    where: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}; {self.advice}"


def lint_process(process: Process) -> list[Warning]:
    """Everything unwise in the newest version: older ones cannot be changed any more."""
    newest = process.versions[-1]
    return [
        *_too_much(newest),
        *_probabilities(newest),
        *(warning for stage in newest.version.stages for warning in _stage(stage)),
        *_steps(newest),
        *_four_eyes(newest),
        *_others(newest),
    ]


def _too_much(newest: NumberedVersion) -> Iterator[Warning]:
    total = 0
    for stage in newest.version.stages:
        mandatory = sum(step.mandatory for step in stage.steps)
        total += mandatory
        if mandatory > MOST_MANDATORY_IN_STAGE:
            message = f"{mandatory} mandatory steps in one stage (more than {MOST_MANDATORY_IN_STAGE})"
            yield Warning(f"stage {stage.key}", message, "keep those that decide the deal and make the others optional")
    if total > MOST_MANDATORY_OVERALL:
        message = f"{total} mandatory steps altogether (more than {MOST_MANDATORY_OVERALL})"
        yield Warning("process", message, "people fill in forms instead of selling when everything is mandatory")
    if total == 0:
        yield Warning("process", "no step is mandatory", "nothing can be missed, so no deal will ever have a finding")


def _probabilities(newest: NumberedVersion) -> Iterator[Warning]:
    for earlier, later in pairwise(newest.version.stages):
        if later.probability <= earlier.probability:
            message = f"probability {later.probability:g} is not above the {earlier.probability:g} of {earlier.key}"
            yield Warning(f"stage {later.key}", message, "a later stage should be likelier to be won, else why move on")


def _stage(stage: Stage) -> Iterator[Warning]:
    if stage.max_days is None:
        yield Warning(f"stage {stage.key}", "has no max_days", "say how long is too long, and stuck deals will show")
    if stage.probability in (0, 1):
        advice = "an open deal is neither lost nor won; take what your history shows"
        yield Warning(f"stage {stage.key}", f"probability {stage.probability:g}", advice)
    if not stage.steps:
        yield Warning(f"stage {stage.key}", "has no steps", "say what must be known before a deal goes on")


def _steps(newest: NumberedVersion) -> Iterator[Warning]:
    steps = [*(step for _, _, step in newest.steps()), *newest.version.on_loss]
    for step in steps:
        if step.evidence is None:
            advice = "say what in the CRM proves it; until then its state is `unknown` for every deal"
            yield Warning(f"step {step.key}", "has no evidence", advice)
        if not step.why.strip():
            yield Warning(f"step {step.key}", "has no why", "sellers follow reasons; one sentence is enough")
        if isinstance(step, Step) and step.must_be_inside and _kinds(step) and _kinds(step) <= BY_THE_MOVE:
            message = "must be done inside its stage, and a move of the deal alone is its evidence"
            yield Warning(f"step {step.key}", message, "name what people do there, or leave out must_be_inside")


def _four_eyes(newest: NumberedVersion) -> Iterator[Warning]:
    steps = {step.key: step for _, _, step in newest.steps()}
    for step in steps.values():
        if step.not_by is None:
            continue
        for one in (step, steps[step.not_by]):
            if _kinds(one) and _kinds(one) <= {"contact"}:
                message = f"{one.key} is proven by contacts, and no CRM says who added them"
                yield Warning(f"step {step.key}", message, "four eyes will always be unknown; name another evidence")
        if steps[step.not_by].not_by == step.key and step.key < step.not_by:
            message = f"and {step.not_by} each say that the other's doer may not do it"
            yield Warning(f"step {step.key}", message, "one `not_by` is enough")


def _others(newest: NumberedVersion) -> Iterator[Warning]:
    for response in newest.version.responses:
        if response.evidence is None:
            advice = "say what answers the event; until then its verdict is `unknown` each time"
            yield Warning(f"response {response.key}", "has no evidence", advice)
    whys = [(f"response {response.key}", response.why) for response in newest.version.responses]
    whys += [(f"rule {rule.key}", rule.why) for rule in newest.version.while_open]
    for where, why in whys:
        if not why.strip():
            yield Warning(where, "has no why", "sellers follow reasons; one sentence is enough")


def _kinds(step: Step) -> set[str]:
    """The kinds of evidence that prove a step."""
    if step.evidence is None:
        return set()
    return {term.kind for alternative in alternatives(step.evidence) for term in alternative}
