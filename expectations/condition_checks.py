"""Conditions of `applies_to:` that test nothing, test twice, or can never hold, alone or under those of the version.

Works on the file's plain values, like process_checks.py. Wrong types are the model's business (conditions.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.configfile import ConfigPath, Fault

LISTS = {"deal_types": "deal_type", "pipelines": "pipeline", "segments": "segment"}
LIMITS = ("at_least", "below")
TESTS = ("one_of", "none_of", "is")


@dataclass
class Room:
    """What conditions leave to a field: None in `allowed` is everything."""

    allowed: set[str] | None = None
    refused: set[str] = field(default_factory=set)
    at_least: float | None = None
    below: float | None = None

    def narrow(self, test: str, value: Any) -> None:
        """Take one more condition in; what has the wrong type is skipped."""
        if test == "one_of" and (words := _words(value)):
            self.allowed = words if self.allowed is None else self.allowed & words
        elif test == "none_of":
            self.refused |= _words(value)
        elif test in LIMITS and isinstance(value, int | float) and not isinstance(value, bool):
            if test == "at_least":
                self.at_least = value if self.at_least is None else max(self.at_least, value)
            else:
                self.below = value if self.below is None else min(self.below, value)

    def is_empty(self) -> bool:
        """Whether no value is left."""
        if self.allowed is not None and not self.allowed - self.refused:
            return True
        return self.at_least is not None and self.below is not None and self.at_least >= self.below


Rooms = dict[str, Room]


def check_applies_to(raw: Any, at: ConfigPath, around: Any = None) -> Iterator[Fault]:
    """Faults of one `applies_to:`; `around` is that of the version, which holds as well."""
    if not isinstance(raw, dict):
        return
    faults = [*_amount(raw.get("amount"), (*at, "amount")), *_fields(raw.get("fields"), (*at, "fields"))]
    yield from faults
    if faults:
        return
    rooms: Rooms = {}
    for name, test, value, _ in _tests(around, ()):
        rooms.setdefault(name, Room()).narrow(test, value)
    outside = {name for name, room in rooms.items() if room.is_empty()}
    told: set[str] = set(outside)
    for name, test, value, place in _tests(raw, at):
        room = rooms.setdefault(name, Room())
        room.narrow(test, value)
        if room.is_empty() and name not in told:
            told.add(name)
            other = " together with what the version asks of it" if _asked(around, name) else ""
            fix = "widen one of the conditions, or remove the step" if other else "widen one of the conditions"
            yield Fault(f"no deal can ever have a fitting {name.replace('_', ' ')}{other}", fix, place, value)


def _tests(raw: Any, at: ConfigPath) -> Iterator[tuple[str, str, Any, ConfigPath]]:
    """Each test as (field, test, value, place)."""
    if not isinstance(raw, dict):
        return
    for key, name in LISTS.items():
        if raw.get(key) is not None:
            yield name, "one_of", raw[key], (*at, key)
    amount = raw.get("amount")
    if isinstance(amount, dict):
        yield from (("amount", limit, amount.get(limit), (*at, "amount", limit)) for limit in LIMITS)
    fields = raw.get("fields")
    for i, one in enumerate(fields if isinstance(fields, list) else []):
        if isinstance(one, dict) and isinstance(one.get("field"), str):
            yield from (
                (one["field"], test, one[test], (*at, "fields", i, test))
                for test in ("one_of", "none_of", *LIMITS)
                if test in one
            )


def _asked(around: Any, name: str) -> bool:
    return any(field_name == name for field_name, *_ in _tests(around, ()))


def _amount(raw: Any, at: ConfigPath) -> Iterator[Fault]:
    if isinstance(raw, dict) and not any(raw.get(limit) is not None for limit in LIMITS):
        yield Fault("asks nothing of the amount", "write `amount: {at_least: 1000}`, `below`, or both", at)


def _fields(raw: Any, at: ConfigPath) -> Iterator[Fault]:
    for i, one in enumerate(raw if isinstance(raw, list) else []):
        if not isinstance(one, dict):
            continue
        kinds = [test for test in TESTS if one.get(test) is not None]
        kinds += ["at_least"] if any(one.get(limit) is not None for limit in LIMITS) else []
        name = one.get("field")
        if not kinds:
            fix = "add `one_of: [...]`, `none_of: [...]`, `is: filled`, `at_least` or `below`"
            yield Fault(f"asks nothing of the field {name!r}", fix, (*at, i))
        elif len(kinds) > 1:
            both = " and ".join(repr(kind) for kind in kinds)
            fix = "keep one, or write a second condition in the list"
            yield Fault(f"{both} test the same field twice", fix, (*at, i))
        yield from check_field_name(name, (*at, i, "field"))


def check_field_name(name: Any, at: ConfigPath) -> Iterator[Fault]:
    """A field has one name in the process, whatever the CRMs call it."""
    if isinstance(name, str) and name != (plain := name.strip().lower().replace(" ", "_")):
        fix = f"write {plain!r} and map it in connections.yml to the CRM's own name"
        yield Fault(f"{name!r} is not a field name", fix, at, name)


def _words(raw: Any) -> set[str]:
    items = raw if isinstance(raw, list) else [raw]
    return {str(item).strip().lower() for item in items if isinstance(item, str | int | float)}
