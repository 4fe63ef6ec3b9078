"""Where process.yml contradicts itself: keys twice, versions of the same day, steps that move between versions.

Works on the file's plain values and skips what has the wrong type (the model reports that), so that a reader gets all
mistakes of a file at once. Steps are checked in step_checks.py, other duties in duty_checks.py, conditions in
condition_checks.py, evidence in evidence_checks.py. What is merely unwise is lint.py's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.configfile import ConfigPath, Fault
from expectations.condition_checks import check_applies_to
from expectations.duty_checks import check_losses, check_responses, check_while_open
from expectations.evidence_checks import check_evidence
from expectations.placed import Placed, mappings
from expectations.step_checks import check_steps

RESERVED = ("won", "lost", "unmapped")
AT_TOP = ("in_force_from", "applies_to", "stages", "responses", "while_open", "on_loss")


def check_process(raw: Any) -> list[Fault]:
    """Everything that contradicts itself in the file's values."""
    if not isinstance(raw, dict):
        return [Fault("the file is not a process", "begin with `stages:` (see `plumbline init`)")]
    faults = list(_check_shape(raw))
    versions = _versions(raw)
    for at, version in versions:
        faults += _check_version(at, version)
    faults += _check_dates(versions)
    faults += _check_moves(versions)
    return faults


def _check_shape(raw: dict[str, Any]) -> Iterator[Fault]:
    if "versions" in raw:
        if isinstance(raw["versions"], list) and not raw["versions"]:
            fix = "write the process under it, or put its stages at the top of the file"
            yield Fault("there are no versions", fix, ("versions",))
        for key in AT_TOP:
            if key in raw:
                fix = f"move `{key}` into the version it belongs to"
                message = f"{key!r} stands beside 'versions', so it is not clear which version it is for"
                yield Fault(message, fix, (key,))
    elif raw.get("stages") is None:
        yield Fault("there are no stages", "add `stages:` with at least one stage (see `plumbline init`)")


def _versions(raw: dict[str, Any]) -> list[Placed]:
    if "versions" in raw:
        return mappings(raw, "versions", ())
    return [((), raw)]


def _check_version(at: ConfigPath, version: dict[str, Any]) -> Iterator[Fault]:
    stages = mappings(version, "stages", at)
    if isinstance(version.get("stages"), list) and not version["stages"]:
        yield Fault("the process has no stages", "add at least one stage", (*at, "stages"))
    keys = [str(stage.get("key")) for _, stage in stages]
    yield from _check_unique(stages, "stage")
    for place, stage in stages:
        yield from _check_stage(place, stage)
    steps = [placed for place, stage in stages for placed in mappings(stage, "steps", place)]
    losses, responses = mappings(version, "on_loss", at), mappings(version, "responses", at)
    rules = mappings(version, "while_open", at)
    yield from _check_unique([*steps, *losses], "step")
    yield from _check_taken([*steps, *losses], [*responses, *rules])
    for order, (place, stage) in enumerate(stages):
        for step_at, step in mappings(stage, "steps", place):
            yield from check_evidence(step.get("evidence"), (*step_at, "evidence"), keys[: order + 1], keys)
    yield from check_losses(losses, keys)
    yield from check_responses(responses, keys)
    yield from check_while_open(rules, keys)
    yield from check_applies_to(version.get("applies_to"), (*at, "applies_to"))
    yield from check_steps(version, stages, losses)


def _check_unique(placed: list[Placed], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, item in placed:
        key = item.get("key")
        if isinstance(key, str) and key in seen:
            message = f"there are two {what}s with the key {key!r}"
            yield Fault(message, "give one of them another key", (*at, "key"), key)
        if isinstance(key, str):
            seen.add(key)


def _check_taken(steps: list[Placed], others: list[Placed]) -> Iterator[Fault]:
    """Findings name a step, a response or a rule by its key alone, so they share their keys."""
    seen = {str(step.get("key")) for _, step in steps}
    for at, item in others:
        key = item.get("key")
        if isinstance(key, str) and key in seen:
            message = f"the key {key!r} is taken by another step, response or rule"
            yield Fault(message, "give one of them another key", (*at, "key"), key)
        seen.add(str(key))


def _check_stage(at: ConfigPath, stage: dict[str, Any]) -> Iterator[Fault]:
    key, probability = stage.get("key"), stage.get("probability")
    if key in RESERVED:
        fix = "choose another key; won and lost are the ends of every process and need no stage"
        yield Fault(f"the stage key {key!r} is reserved", fix, (*at, "key"), key)
    if isinstance(probability, int | float) and not isinstance(probability, bool) and not 0 <= probability <= 1:
        fix = f"write {probability / 100:g} for {probability:g} %" if 1 < probability <= 100 else "write 0 to 1"
        yield Fault("a probability lies between 0 and 1", fix, (*at, "probability"), probability)
    if isinstance(probability, str) and probability.strip().endswith("%"):
        fix = "write a share, for example 0.3 for 30 %"
        yield Fault("a probability is written without a percent sign", fix, (*at, "probability"), probability)


def _check_dates(versions: list[Placed]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    if len(versions) < 2:
        return
    for n, (at, version) in enumerate(versions, 1):
        day = str(version.get("in_force_from", "the beginning"))
        if day in seen:
            fix = "give each version another date; at most one may have none, the oldest"
            place = (*at, "in_force_from") if "in_force_from" in version else at
            since = f"from {day}" if "in_force_from" in version else "from the beginning"
            yield Fault(f"versions {seen[day]} and {n} are both in force {since}", fix, place, None)
        seen.setdefault(day, n)


def _check_moves(versions: list[Placed]) -> Iterator[Fault]:
    """A step keeps its stage: else its results could not be compared over time."""
    home: dict[str, tuple[str, int]] = {}
    for n, (at, version) in enumerate(versions, 1):
        for stage_key, (step_at, step) in _homes(at, version):
            key = step.get("key")
            if not isinstance(key, str):
                continue
            first, since = home.setdefault(key, (stage_key, n))
            if first != stage_key and since != n:
                fix = f"give it another key here, or put it back into {first!r}"
                message = f"the step {key!r} is in {first!r} in version {since} and in {stage_key!r} in version {n}"
                yield Fault(message, fix, (*step_at, "key"), key)


def _homes(at: ConfigPath, version: dict[str, Any]) -> Iterator[tuple[str, Placed]]:
    for place, stage in mappings(version, "stages", at):
        for placed in mappings(stage, "steps", place):
            yield str(stage.get("key")), placed
    for placed in mappings(version, "on_loss", at):
        yield "on_loss", placed
