"""A proposed process as the text of a process.yml, each step with the figures that it rests on.

Only writing belongs here; what is proposed is decided in baseline.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import yaml

from expectations.baseline import Proposal, Share
from expectations.durations import span_in_words
from expectations.process import NumberedVersion
from expectations.steps import LossStep, Stage

HEAD = (
    "# Proposed by `plumbline baseline` from what deals had on record when they left a stage. Read it, then change it:",
    "# it shows what people do already, and not what they should do. `plumbline check` reads process.yml.",
    "#   alert     nearly everybody does it already, so its absence is news",
    "#   coach     many do it; the owner alone is told",
    "#   observe   few do it yet; it only counts",
)


def process_lines(version: NumberedVersion, proposals: Sequence[Proposal], judge_from: date) -> Iterator[str]:
    """The file, line by line. Stages, loss duties and deal types are kept from the process in force."""
    kept = version.version
    yield from HEAD
    yield f"judge_from: {judge_from.isoformat()} # what lies before it is counted and alerts nobody"
    yield f"applies_to: {_flow({'deal_types': list(kept.applies_to.deal_types)})}"
    yield "stages:"
    for stage in kept.stages:
        yield from _stage(stage, [one for one in proposals if one.stage_key == stage.key])
    if kept.on_loss:
        yield "on_loss:"
        for loss in kept.on_loss:
            yield from _loss(loss)


def _stage(stage: Stage, proposals: Sequence[Proposal]) -> Iterator[str]:
    yield f"  - key: {stage.key}"
    yield f"    name: {_flow(stage.name)}"
    yield f"    probability: {stage.probability}"
    if stage.max_days is not None:
        yield f"    max_days: {stage.max_days:g}"
    if stage.optional:
        yield "    optional: true"
    yield "    steps:" if proposals else "    steps: []"
    for one in proposals:
        yield f"      # {share_text(one.found.everybody)} of {one.found.everybody.deals:,} deals had it"
        yield f"      - key: {one.key}"
        yield f"        name: {_flow(one.name)}"
        yield f"        mandatory: {'true' if one.mandatory else 'false'}"
        modes = {"default": one.mode, "teams": dict(one.teams)} if one.teams else one.mode
        yield f"        mode: {_flow(modes)}"
        yield f"        evidence: {_flow(dict(one.evidence))}"


def _loss(loss: LossStep) -> Iterator[str]:
    yield f"  - key: {loss.key}"
    yield f"    name: {_flow(loss.name)}"
    yield f"    mandatory: {'true' if loss.mandatory else 'false'}"
    if loss.why:
        yield f"    why: {_flow(loss.why)}"
    yield f"    within: {span_in_words(loss.within) if loss.within else '0 seconds'}"
    if loss.evidence is not None:
        yield f"    evidence: {_flow(loss.evidence.model_dump(mode='json', by_alias=True, exclude_none=True))}"


def share_text(share: Share) -> str:
    """`83 %`, or `between 75 and 83 %` where it is not known of all."""
    low, high = round(100 * share.low), round(100 * share.high)
    return f"{low} %" if low == high else f"between {low} and {high} %"


def _flow(value: Any) -> str:
    """A value on one line, as YAML reads it back."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()
