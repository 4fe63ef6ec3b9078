"""Mistakes in `evidence:` that are more than a wrong type: two proofs in one, a setting that does not belong, nothing.

Works on the file's plain values, so that it also speaks when another part of the file has the wrong type. Wrong types
are the model's business (evidence.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.configfile import ConfigPath, Fault, did_you_mean
from expectations.condition_checks import check_field_name
from expectations.evidence import ANY, COUNTERS, KINDS

BELONGS = {
    "any": frozenset(COUNTERS),
    "all": frozenset[str](),
    "field": frozenset({"is", "one_of", "at_gate", "changed_after", "in_last_days"}),
    "activity": frozenset({"outcome", "outcome_not", "direction", "text", *COUNTERS}),
    "contact": frozenset({"at_least"}),
    "document": frozenset({"status", "at_least", "on_days", "in_last_days"}),
    "stage": frozenset[str](),
    "approval": frozenset({"status", "at_least", "on_days", "in_last_days"}),
}
DATES, NUMBERS = frozenset({"close_date"}), frozenset({"amount"})
STANDARD = DATES | NUMBERS | {"owner", "lost_reason", "deal_type", "pipeline"}
"""Fields of which it is known what they hold, whatever the CRM."""
EXAMPLE = "for example `evidence: {activity: meeting}` or `evidence: {field: amount, is: positive}`"
MOST_ALTERNATIVES = 64


def check_evidence(raw: Any, at: ConfigPath, stages_before: list[str], all_stages: list[str]) -> Iterator[Fault]:
    """Faults of one `evidence:`; `stages_before` are the stages up to and with the step's own."""
    if not isinstance(raw, dict):
        return  # the model says so
    heads = [key for key in BELONGS if raw.get(key) is not None]
    if len(heads) != 1:
        yield _not_one(raw, heads, at)
        return
    head = heads[0]
    yield from _misplaced(raw, head, at)
    if head in ("any", "all"):
        parts = raw[head] if isinstance(raw[head], list) else []
        for i, part in enumerate(parts):
            yield from check_evidence(part, (*at, head, i), stages_before, all_stages)
        if head == "any" and any(key in raw for key in COUNTERS):
            yield from _uncountable(parts, (*at, head))
        if _size(raw) > MOST_ALTERNATIVES:
            yield Fault(
                f"has {_size(raw)} ways to be fulfilled, more than anybody can follow ({MOST_ALTERNATIVES} at most)",
                "use fewer `any` inside `all`",
                at,
            )
    elif head == "field":
        yield from _field(raw, at)
    elif head == "stage":
        yield from _stage(raw["stage"], (*at, "stage"), stages_before, all_stages)
    elif head == "activity":
        yield from _overlap(raw, at)


def _not_one(raw: dict[str, Any], heads: list[str], at: ConfigPath) -> Fault:
    if not heads:
        return Fault(f"names none of {', '.join(BELONGS)}", f"say what proves the step, {EXAMPLE}", at)
    both = " and ".join(repr(head) for head in heads)
    joined = ", ".join("{" + f"{head}: {raw[head]}" + "}" for head in heads if head in KINDS)
    fix = f"write `any: [{joined}]` when one suffices, `all: [{joined}]` when each is needed"
    return Fault(f"{both} stand side by side, and it is not clear whether one suffices", fix, at)


def _misplaced(raw: dict[str, Any], head: str, at: ConfigPath) -> Iterator[Fault]:
    known = set().union(*BELONGS.values())
    for key in raw:
        if key in known and key not in BELONGS[head]:
            owners = [owner for owner, keys in BELONGS.items() if key in keys]
            fix = f"remove it, or use it with {' or '.join(owners)}"
            yield Fault(f"{key!r} says nothing about {head!r}", fix, (*at, key), raw[key])


def _uncountable(parts: list[Any], at: ConfigPath) -> Iterator[Fault]:
    for i, part in enumerate(parts):
        if not isinstance(part, dict):
            continue
        kinds = {kind for kind in ("activity", "document", "contact", "approval") if kind in part}
        first = parts[0] if isinstance(parts[0], dict) else {}
        if not kinds or any(key in part for key in COUNTERS) or not kinds & set(first):
            yield Fault(
                "can't be counted together with the others",
                "a group with at_least, on_days, in_last_days or with_contact holds only activities (or only "
                "documents) that have none of these settings themselves",
                (*at, i),
            )


def _field(raw: dict[str, Any], at: ConfigPath) -> Iterator[Fault]:
    tests = [key for key in ("is", "one_of", "at_gate") if raw.get(key) is not None]
    if len(tests) > 1:
        both = " and ".join(repr(key) for key in tests)
        yield Fault(f"{both} test the same field twice", "keep one, or write two pieces of evidence under `all`", at)
    for key in ("changed_after", "in_last_days"):
        if raw.get("at_gate") is not None and raw.get(key) is not None:
            fix = "remove it; `at_gate` looks at the date that held when the deal left the stage"
            yield Fault(f"{key!r} says nothing about 'at_gate'", fix, (*at, key), raw[key])
    yield from check_field_name(raw["field"], (*at, "field"))
    yield from _holds_another(raw, at)


def _holds_another(raw: dict[str, Any], at: ConfigPath) -> Iterator[Fault]:
    """A test that nothing in the field could ever pass would accuse everybody."""
    field = raw["field"]
    if field not in STANDARD:
        return
    if raw.get("at_gate") is not None and field not in DATES:
        fix = "name `close_date`, or a field that holds a date"
        yield Fault(f"{field!r} holds no date, so none could ever be ahead", fix, (*at, "at_gate"), raw["at_gate"])
    if raw.get("is") == "positive" and field not in NUMBERS:
        fix = "write `is: filled`, or name `amount` or a field that holds a number"
        yield Fault(f"{field!r} holds no number, so none could ever be positive", fix, (*at, "is"), "positive")


def _stage(value: Any, at: ConfigPath, before: list[str], all_stages: list[str]) -> Iterator[Fault]:
    if not isinstance(value, str) or value in before:
        return
    if value in all_stages:
        fix = f"name an earlier one: {', '.join(before)}"
        yield Fault(f"the stage {value!r} comes later, so the step could never be done in time", fix, at, value)
    else:
        yield Fault(f"there is no stage {value!r}", did_you_mean(value, all_stages), at, value)


def _overlap(raw: dict[str, Any], at: ConfigPath) -> Iterator[Fault]:
    wanted, refused = _words(raw.get("outcome")), _words(raw.get("outcome_not"))
    for word in sorted(wanted & refused):
        fix = "keep it in one of `outcome` and `outcome_not`"
        yield Fault(f"the outcome {word!r} is both wanted and refused", fix, (*at, "outcome_not"), word)
    kinds = _words(raw["activity"])
    if ANY in kinds and len(kinds) > 1:
        yield Fault("'any' already holds every kind", "write `activity: any`, or the kinds", (*at, "activity"))


def _words(raw: Any) -> set[str]:
    items = raw if isinstance(raw, list) else [raw]
    return {str(item).strip().lower() for item in items if isinstance(item, str)}


def _size(raw: Any) -> int:
    """How many alternatives the evidence would have."""
    if not isinstance(raw, dict):
        return 1
    if isinstance(raw.get("any"), list):
        return 1 if any(key in raw for key in COUNTERS) else sum(_size(part) for part in raw["any"])
    size = 1
    for part in raw["all"] if isinstance(raw.get("all"), list) else []:
        size *= _size(part)
    return size
