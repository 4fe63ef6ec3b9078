"""Where steps contradict each other or the process: `after` and `not_by` that lead nowhere, modes of unknown words.

Works on the file's plain values, like process_checks.py, which calls it for each version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.configfile import ConfigPath, Fault, did_you_mean
from expectations.condition_checks import check_applies_to
from expectations.placed import Placed, mappings
from expectations.steps import MODES


def check_steps(version: dict[str, Any], stages: list[Placed], losses: list[Placed]) -> Iterator[Fault]:
    """Faults between the steps of one version, and of what each says about itself."""
    steps = [(n, at, step) for n, (place, stage) in enumerate(stages) for at, step in mappings(stage, "steps", place)]
    order = {str(step.get("key")): n for n, _, step in steps}
    lost = [str(loss.get("key")) for _, loss in losses]
    yield from _check_after(steps, order, lost)
    for _, at, step in steps:
        yield from _check_not_by(at, step, order, lost)
        yield from check_applies_to(step.get("applies_to"), (*at, "applies_to"), version.get("applies_to"))
    for at, step in [*((at, step) for _, at, step in steps), *losses]:
        yield from _check_mode(step.get("mode"), (*at, "mode"))


def _check_not_by(at: ConfigPath, step: dict[str, Any], order: dict[str, int], lost: list[str]) -> Iterator[Fault]:
    other = step.get("not_by")
    if not isinstance(other, str):
        return
    place = (*at, "not_by")
    if other == step.get("key"):
        yield Fault("nobody but the doer can do a step", "name the step that another person must do", place, other)
    elif other in lost:
        fix = "name a step of a stage"
        yield Fault(f"the step {other!r} is owed on loss, when nobody goes on", fix, place, other)
    elif other not in order:
        yield Fault(f"there is no step {other!r} to compare with", did_you_mean(other, order), place, other)


def _check_mode(raw: Any, at: ConfigPath) -> Iterator[Fault]:
    if isinstance(raw, str):
        yield from _check_word(raw, at)
    elif isinstance(raw, dict):
        yield from _check_word(raw.get("default"), (*at, "default"))
        teams = raw.get("teams")
        seen: dict[str, str] = {}
        for team, mode in teams.items() if isinstance(teams, dict) else ():
            yield from _check_word(mode, (*at, "teams", team))
            first = seen.setdefault(str(team).strip().lower(), team)
            if first != team:
                fix = "keep one; the names of teams are compared without regard to capitals"
                yield Fault(f"{team!r} is the same team as {first!r}", fix, (*at, "teams", team), mode)


def _check_word(word: Any, at: ConfigPath) -> Iterator[Fault]:
    if isinstance(word, str) and word not in MODES:
        hint = did_you_mean(word, MODES)
        fix = hint if hint.startswith("did") else "observe (numbers only), coach (the owner alone) or alert"
        yield Fault(f"{word!r} is not a mode", fix, at, word)


def _check_after(
    steps: list[tuple[int, ConfigPath, dict[str, Any]]], order: dict[str, int], lost: list[str]
) -> Iterator[Fault]:
    after: dict[str, str] = {}
    places: dict[str, ConfigPath] = {}
    for _, at, step in steps:
        key, earlier = str(step.get("key")), step.get("after")
        if not isinstance(earlier, str):
            continue
        if earlier not in order:
            hint = "a step owed on loss comes after all others" if earlier in lost else did_you_mean(earlier, order)
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
