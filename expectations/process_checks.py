"""Where process.yml contradicts itself: keys twice, an `after` that leads nowhere, versions of the same day.

Works on the file's plain values and skips what has the wrong type (the model reports that), so that a reader gets all
mistakes of a file at once. What is merely unwise is lint.py's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.configfile import ConfigPath, Fault, did_you_mean
from expectations.evidence_checks import check_evidence

RESERVED = ("won", "lost", "unmapped")
AT_TOP = ("in_force_from", "applies_to", "stages", "responses", "while_open", "on_loss")
Placed = tuple[ConfigPath, dict[str, Any]]


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
        for key in AT_TOP:
            if key in raw:
                fix = f"move `{key}` into the version it belongs to"
                message = f"{key!r} stands beside 'versions', so it is not clear which version it is for"
                yield Fault(message, fix, (key,))
    elif "stages" not in raw:
        yield Fault("there are no stages", "add `stages:` with at least one stage (see `plumbline init`)")


def _versions(raw: dict[str, Any]) -> list[Placed]:
    if "versions" in raw:
        return _mappings(raw["versions"], ("versions",))
    return [((), raw)]


def _mappings(raw: Any, at: ConfigPath) -> list[Placed]:
    items = raw if isinstance(raw, list) else []
    return [((*at, i), item) for i, item in enumerate(items) if isinstance(item, dict)]


def _check_version(at: ConfigPath, version: dict[str, Any]) -> Iterator[Fault]:
    stages = _mappings(version.get("stages"), (*at, "stages"))
    if isinstance(version.get("stages"), list) and not version["stages"]:
        yield Fault("the process has no stages", "add at least one stage", (*at, "stages"))
    keys = [str(stage.get("key")) for _, stage in stages]
    yield from _check_unique(stages, "stage")
    for place, stage in stages:
        yield from _check_stage(place, stage)
    steps = [placed for place, stage in stages for placed in _mappings(stage.get("steps"), (*place, "steps"))]
    losses = _mappings(version.get("on_loss"), (*at, "on_loss"))
    responses = _mappings(version.get("responses"), (*at, "responses"))
    rules = _mappings(version.get("while_open"), (*at, "while_open"))
    yield from _check_unique([*steps, *losses, *responses, *rules], "step")
    for response_at, response in responses:
        for part in ("when", "evidence"):
            yield from check_evidence(response.get(part), (*response_at, part), keys, keys)
    for order, (place, stage) in enumerate(stages):
        for step_at, step in _mappings(stage.get("steps"), (*place, "steps")):
            yield from check_evidence(step.get("evidence"), (*step_at, "evidence"), keys[: order + 1], keys)
    for step_at, step in losses:
        yield from check_evidence(step.get("evidence"), (*step_at, "evidence"), keys, keys)
        yield from _check_loss(step_at, step)
    yield from _check_after(stages, losses)


def _check_unique(placed: list[Placed], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, item in placed:
        key = item.get("key")
        if isinstance(key, str) and key in seen:
            message = f"there are two {what}s with the key {key!r}"
            yield Fault(message, "give one of them another key", (*at, "key"), key)
        if isinstance(key, str):
            seen.add(key)


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


def _check_loss(at: ConfigPath, step: dict[str, Any]) -> Iterator[Fault]:
    if "grace" in step:
        fix = "use `within` for the time allowed after the loss"
        yield Fault("a step owed on loss has no grace", fix, (*at, "grace"), step["grace"])
    if isinstance(step.get("evidence"), dict) and step["evidence"].get("at_gate") is not None:
        fix = "test the field with `is` or `one_of`"
        yield Fault("losing a deal is not leaving a stage, so `at_gate` never holds", fix, (*at, "evidence", "at_gate"))


def _check_after(stages: list[Placed], losses: list[Placed]) -> Iterator[Fault]:
    order = {
        str(step.get("key")): n
        for n, (place, stage) in enumerate(stages)
        for _, step in _mappings(stage.get("steps"), (*place, "steps"))
    }
    after: dict[str, str] = {}
    places: dict[str, ConfigPath] = {}
    for place, stage in stages:
        for at, step in _mappings(stage.get("steps"), (*place, "steps")):
            key, earlier = str(step.get("key")), step.get("after")
            if not isinstance(earlier, str):
                continue
            if earlier not in order:
                on_loss = any(loss.get("key") == earlier for _, loss in losses)
                hint = "a step owed on loss comes after all others" if on_loss else did_you_mean(earlier, order)
                yield Fault(f"there is no step {earlier!r} to come after", hint, (*at, "after"), earlier)
            elif order[earlier] > order[key]:
                fix = "name a step of the same stage or of an earlier one"
                yield Fault(f"the step {earlier!r} belongs to a later stage", fix, (*at, "after"), earlier)
            else:
                after[key], places[key] = earlier, (*at, "after")
    yield from _check_cycles(after, places)


def _check_cycles(after: dict[str, str], places: dict[str, ConfigPath]) -> Iterator[Fault]:
    told: set[str] = set()
    for start in after:
        path = [start]
        while path[-1] in after and after[path[-1]] not in path:
            path.append(after[path[-1]])
        if after.get(path[-1]) == start and not told & set(path):
            told |= set(path)
            chain = " after ".join([*path, start])
            yield Fault(f"the steps wait for each other: {chain}", "remove one `after`", places[start], after[start])


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
    for place, stage in _mappings(version.get("stages"), (*at, "stages")):
        for placed in _mappings(stage.get("steps"), (*place, "steps")):
            yield str(stage.get("key")), placed
    for placed in _mappings(version.get("on_loss"), (*at, "on_loss")):
        yield "on_loss", placed
