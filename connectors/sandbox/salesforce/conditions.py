"""Which records a WHERE clause means: bounds on the stamp and lists of ids find candidates, the rest is tried on each.

Knows fields and their types, no records.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from connectors.sandbox.salesforce.deal import Row
from connectors.sandbox.salesforce.errors import malformed, no_such_column, refused
from connectors.sandbox.salesforce.schema import Sobject
from connectors.sandbox.salesforce.soql import Compare, Condition, Constant, Join, Query

Test = Callable[[Row], bool]
FOREVER: Final = 1 << 32
IDS: Final = frozenset(("id", "reference"))
NUMBERS: Final = frozenset(("currency", "percent", "double", "int"))
SHORT: Final = 15


@dataclass(slots=True)
class Plan:
    """How to find records: stamps from `low` to before `high`, certain ids (their own or their deal's), and `tests`."""

    low: int = 0
    high: int = FOREVER
    ids: tuple[str, ...] | None = None
    of_parents: bool = False
    tests: list[Test] = field(default_factory=list)


def field_name(query: Query, thing: Sobject, written: str) -> str:
    """A field's name in its own spelling; queries may write it in any case, or after the object's name."""
    name = written.removeprefix(thing.name + ".")
    if name in thing.fields or name in thing.paths:
        return name
    lower = name.lower()
    for known in (*thing.fields, *thing.paths):
        if known.lower() == lower:
            return known
    if "." in name:
        relation = name.partition(".")[0]
        hint = "If you are attempting to use a custom relationship, be sure to append the '__r'"
        raise refused(
            400, "INVALID_FIELD", f"Didn't understand relationship '{relation}' in field path. {hint} after it."
        )
    raise no_such_column(query.text, name, thing.name)


def plan(query: Query, thing: Sobject) -> Plan:
    """How to find what the query means."""
    found = Plan()
    where = query.where
    if where is None:
        return found
    for part in where.parts if isinstance(where, Join) and where.word == "AND" else (where,):
        if isinstance(part, Compare) and _narrows(found, part, query, thing):
            continue
        found.tests.append(_test(part, query, thing))
    return found


def _narrows(found: Plan, part: Compare, query: Query, thing: Sobject) -> bool:
    """Whether the plan takes up a condition by itself."""
    name = field_name(query, thing, part.field)
    if name == thing.stamp and part.operator in ("=", "<", "<=", ">", ">=") and part.values[0].kind == "moment":
        value = _value(part.values[0], "datetime", name)
        if part.operator in ("=", ">", ">="):
            # Records have whole seconds: from the next whole one on, or from the second after for "greater".
            least = int(value) + 1 if part.operator == ">" else -int(-value // 1)
            found.low = max(found.low, least)
        if part.operator in ("=", "<", "<="):
            most = -int(-value // 1) if part.operator == "<" else int(value // 1) + 1
            found.high = min(found.high, most)
        return True
    if name in ("Id", thing.parent) and part.operator in ("=", "IN") and found.ids is None:
        if any(value.kind != "text" for value in part.values):
            return False
        found.ids, found.of_parents = tuple(value.text for value in part.values), name != "Id"
        return True
    return False


def _test(part: Condition, query: Query, thing: Sobject) -> Test:
    if isinstance(part, Join):
        tests = [_test(inner, query, thing) for inner in part.parts]
        if part.word == "NOT":
            return lambda row: not tests[0](row)
        joined = all if part.word == "AND" else any
        return lambda row: joined(test(row) for test in tests)
    name = field_name(query, thing, part.field)
    kind = thing.type_of(name) or "string"
    if kind == "textarea":
        raise refused(400, "INVALID_FIELD", f"field '{name}' can not be filtered in a query call")
    values = [_value(value, kind, name) for value in part.values]
    return _comparison(name, kind, part.operator, values)


def _comparison(name: str, kind: str, operator: str, values: list[Any]) -> Test:
    first = values[0]

    def of(row: Row) -> Any:
        found = row.get(name)
        if found is not None and kind in IDS:
            return found[:SHORT]
        return found.lower() if isinstance(found, str) else found

    if operator == "LIKE":
        pattern = re.compile("".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in str(first)), re.DOTALL)
        return lambda row: (found := of(row)) is not None and pattern.fullmatch(str(found)) is not None
    if operator in ("IN", "NOT IN"):
        listed = set(values)
        return lambda row: (of(row) in listed) == (operator == "IN")
    if operator in ("=", "!="):
        return lambda row: (of(row) == first) == (operator == "=")
    if first is None:
        raise malformed(f"null can't be compared with {operator}")
    if operator in ("<", "<="):
        return lambda row: (found := of(row)) is not None and (found < first or (operator == "<=" and found == first))
    return lambda row: (found := of(row)) is not None and (found > first or (operator == ">=" and found == first))


def _value(literal: Constant, kind: str, name: str) -> Any:
    """A literal as records hold values of that type. Raises INVALID_FIELD for one of the wrong type."""
    text = literal.text
    if literal.kind == "word" and text.lower() == "null":
        return None
    if kind == "boolean" and literal.kind == "word" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "datetime" and literal.kind == "moment" and "T" in text:
        return datetime.fromisoformat(text).timestamp()
    if kind == "date" and literal.kind == "moment" and "T" not in text:
        return text
    if kind in NUMBERS and literal.kind == "number":
        return float(text)
    if kind == "anyType":
        return float(text) if literal.kind == "number" else text.lower()
    if kind not in ("boolean", "datetime", "date", *NUMBERS) and literal.kind == "text":
        return text[:SHORT] if kind in IDS else text.lower()
    quotes = "and should not be enclosed in quotes" if literal.kind == "text" else "and should be enclosed in quotes"
    wanted = {"datetime": "dateTime"}.get(kind, kind if kind in ("boolean", "date") else "string")
    wanted = "double" if kind in NUMBERS else wanted
    told = quotes if (literal.kind == "text") != (wanted == "string") else ""
    message = f"value of filter criterion for field '{name}' must be of type {wanted} {told}".rstrip()
    raise refused(400, "INVALID_FIELD", message)
