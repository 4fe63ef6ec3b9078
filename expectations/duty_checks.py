"""Mistakes in `responses:`, `while_open:` and `on_loss:` that are more than a wrong type.

Works on the file's plain values, like process_checks.py, which calls it for each version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from connectors.configfile import ConfigPath, Fault, did_you_mean
from expectations.durations import SPAN
from expectations.duties import CONTACT_WITHIN, MOST_PUSHES, PLAIN_RULES, PUSHES_AT_MOST, RULE_HELP
from expectations.evidence import COUNTERS
from expectations.evidence_checks import check_evidence
from expectations.placed import Placed

NOT_IN_RESPONSES = (*COUNTERS, "at_gate", "changed_after")
TRIGGERS = ("activity", "document", "stage", "field", "approval")
NUMBERED = {CONTACT_WITHIN: f"{{{CONTACT_WITHIN}: 14 days}}", PUSHES_AT_MOST: f"{{{PUSHES_AT_MOST}: 3}}"}


def check_responses(responses: list[Placed], stage_keys: list[str]) -> Iterator[Fault]:
    """Faults of what an event sets off."""
    for at, response in responses:
        for part in ("when", "evidence"):
            faults = list(check_evidence(response.get(part), (*at, part), stage_keys, stage_keys))
            yield from faults or _plain(response.get(part), (*at, part))
        when = response.get("when")
        if isinstance(when, dict) and "contact" in _heads(when):
            yield Fault("a contact sets nothing off", f"name one of {', '.join(TRIGGERS)}", (*at, "when"))
        if isinstance(when, dict) and _parts(when) & _parts(response.get("evidence")):
            fix = "let the evidence name something else, for example the other direction"
            yield Fault("what sets it off is its own answer, so it could never be missed", fix, (*at, "evidence"))


def check_while_open(rules: list[Placed], stage_keys: Collection[str]) -> Iterator[Fault]:
    """Faults of the rules of open deals."""
    for at, rule in rules:
        yield from _rule(rule.get("rule"), (*at, "rule"))
        stages = rule.get("stages")
        for i, stage in enumerate(stages if isinstance(stages, list) else []):
            if isinstance(stage, str) and stage not in stage_keys:
                ended = stage in ("won", "lost")
                fix = "name stages of an open deal" if ended else did_you_mean(stage, stage_keys)
                words = f"a deal that is {stage} is not open" if ended else f"there is no stage {stage!r}"
                yield Fault(words, fix, (*at, "stages", i), stage)


def check_losses(losses: list[Placed], stage_keys: list[str]) -> Iterator[Fault]:
    """Faults of what is owed after a loss."""
    for at, step in losses:
        evidence = step.get("evidence")
        yield from check_evidence(evidence, (*at, "evidence"), stage_keys, stage_keys)
        if "grace" in step:
            fix = "use `within` for the time allowed after the loss"
            yield Fault("a step owed on loss has no grace", fix, (*at, "grace"), step["grace"])
        if isinstance(evidence, dict) and evidence.get("at_gate") is not None:
            fix = "test the field with `is` or `one_of`"
            words = "losing a deal is not leaving a stage, so `at_gate` never holds"
            yield Fault(words, fix, (*at, "evidence", "at_gate"))


def _plain(raw: Any, at: ConfigPath) -> Iterator[Fault]:
    """Each single record sets a response off or answers it, so nothing is counted and nothing needs another."""
    if not isinstance(raw, dict):
        return
    for key in NOT_IN_RESPONSES:
        if raw.get(key) is not None:
            fix = "remove it; a response is judged for each event by itself"
            yield Fault(f"{key!r} can't be used in a response", fix, (*at, key), raw[key])
    if raw.get("all") is not None:
        fix = "name the one thing that counts, or `any` of several"
        yield Fault("`all` can't be used in a response, which looks at one record at a time", fix, (*at, "all"))
    parts = raw.get("any")
    for i, part in enumerate(parts if isinstance(parts, list) else []):
        yield from _plain(part, (*at, "any", i))


def _heads(raw: Any) -> set[str]:
    if not isinstance(raw, dict):
        return set()
    parts = raw.get("any")
    nested = [_heads(part) for part in parts] if isinstance(parts, list) else []
    return {key for key in raw if raw[key] is not None}.union(*nested)


def _parts(raw: Any) -> set[str]:
    """Each single piece of evidence, in a form that compares."""
    if not isinstance(raw, dict):
        return set()
    parts = raw.get("any")
    if isinstance(parts, list):
        return set().union(*(_parts(part) for part in parts))
    return {repr(sorted((key, value) for key, value in raw.items()))}


def _rule(raw: Any, at: ConfigPath) -> Iterator[Fault]:
    if isinstance(raw, str):
        if raw in NUMBERED:
            yield Fault(f"{raw!r} doesn't say how much", f"write `rule: {NUMBERED[raw]}`", at, raw)
        elif raw not in PLAIN_RULES:
            near = did_you_mean(raw, [*PLAIN_RULES, *NUMBERED])
            yield Fault(f"there is no rule {raw!r}", near if near.startswith("did") else RULE_HELP, at, raw)
        return
    if not isinstance(raw, dict) or len(raw) != 1:
        return
    ((kind, limit),) = raw.items()
    place = (*at, kind)
    if kind in PLAIN_RULES:
        yield Fault(f"{kind!r} takes no number", f"write `rule: {kind}`", place, limit)
    elif kind not in NUMBERED:
        yield Fault(f"there is no rule {kind!r}", did_you_mean(str(kind), [*PLAIN_RULES, *NUMBERED]), place, limit)
    elif kind == CONTACT_WITHIN and not (isinstance(limit, str) and SPAN.fullmatch(limit.strip())):
        yield Fault("the time has no unit, or no number", f"write `rule: {NUMBERED[kind]}`", place, limit)
    elif kind == CONTACT_WITHIN and str(limit).strip().startswith("0"):
        yield Fault("nobody can be in touch all the time", f"write `rule: {NUMBERED[kind]}`", place, limit)
    elif kind == PUSHES_AT_MOST and not (type(limit) is int and 0 <= limit <= MOST_PUSHES):
        yield Fault("is not a count of pushes", f"write `rule: {NUMBERED[kind]}`", place, limit)
