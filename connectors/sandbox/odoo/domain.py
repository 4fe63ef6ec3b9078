"""Odoo's search domains: prefix operators over leaves of (field, operator, value), fields reaching over references.

Whether a row fits; finding and showing rows is `query`'s. Values compare as the database keeps them.
"""

from __future__ import annotations

import operator as operator_
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from connectors.sandbox.odoo.errors import OdooError, invalid_leaf
from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.odoo.schema import Field
from connectors.sandbox.odoo.words import Row
from connectors.sandbox.workdays import to_ms

Test = Callable[[Row], bool]
SECOND: Final = 1000
OPERATORS: Final = frozenset(
    ("=", "!=", ">", ">=", "<", "<=", "in", "not in", "like", "not like", "ilike", "not ilike", "=like", "=ilike", "=?")
)
NEGATIVE: Final = {"!=": "=", "not in": "in", "not like": "like", "not ilike": "ilike"}
COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": operator_.gt,
    ">=": operator_.ge,
    "<": operator_.lt,
    "<=": operator_.le,
}
EMPTY: Final = (None, False, "")


class Models(Protocol):
    """What a domain must know of the models."""

    version: int

    def fields(self, model: str) -> Mapping[str, Field]:
        """The model's fields for whoever asks."""

    def value(self, model: str, row: Row, name: str) -> Any:
        """A field's value as kept."""

    def record(self, model: str, identifier: int) -> Row | None:
        """One row."""


def compiled(models: Models, model: str, domain: list[Any]) -> Test:
    """The test that rows of a model must pass. Raises OdooError for a domain that Odoo refuses."""
    stack: list[Test] = []
    for item in reversed(domain):
        if item == "!":
            inner = _pop(stack, domain)
            stack.append(lambda row, inner=inner: not inner(row))  # type: ignore[misc]
        elif item in ("&", "|"):
            first, second = _pop(stack, domain), _pop(stack, domain)
            stack.append(_both(first, second) if item == "&" else _either(first, second))
        else:
            stack.append(_leaf(models, model, item))
    return lambda row: all(test(row) for test in reversed(stack))


def moment(text: str) -> int:
    """A moment, or a day's beginning, in milliseconds. Raises OdooError."""
    try:
        return to_ms(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError as error:
        message = f"time data {text!r} does not match format '%Y-%m-%d %H:%M:%S'"
        raise OdooError("builtins.ValueError", message) from error


def _pop(stack: list[Test], domain: list[Any]) -> Test:
    if not stack:
        raise OdooError("builtins.ValueError", f"Domain {domain!r} is not well-formed")
    return stack.pop()


def _both(first: Test, second: Test) -> Test:
    return lambda row: first(row) and second(row)


def _either(first: Test, second: Test) -> Test:
    return lambda row: first(row) or second(row)


def _leaf(models: Models, model: str, leaf: Any) -> Test:
    if not isinstance(leaf, list | tuple) or len(leaf) != 3:
        raise OdooError("builtins.ValueError", f"Invalid leaf {leaf!r}")
    path, operator, value = leaf
    if leaf in ([1, "=", 1], [0, "=", 1], (1, "=", 1), (0, "=", 1)):
        return lambda _: path == value
    if operator not in OPERATORS:
        raise OdooError("builtins.ValueError", f"Invalid operator {operator!r} in {leaf!r}")
    name, _, rest = str(path).partition(".")
    field = models.fields(model).get(name)
    if field is None or (rest and not field.relation):
        raise invalid_leaf(models.version, model, name if field is None else str(path), leaf)
    if rest:
        return _over(models, model, name, field, compiled(models, field.relation, [[rest, operator, value]]))
    if operator in NEGATIVE:
        inner = _comparison(models, model, name, field, NEGATIVE[operator], value)
        return lambda row: not inner(row)
    return _comparison(models, model, name, field, operator, value)


def _over(models: Models, model: str, name: str, field: Field, test: Test) -> Test:
    def reached(row: Row) -> bool:
        value = models.value(model, row, name)
        ids = value if isinstance(value, list) else [value] if value else []
        others = (models.record(field.relation, identifier) for identifier in ids)
        return any(test(other) for other in others if other is not None)

    return reached


def _comparison(models: Models, model: str, name: str, field: Field, operator: str, value: Any) -> Test:
    if operator == "=?":
        if value in EMPTY:
            return lambda _: True
        operator = "="
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _text(models, model, name, field, operator, str(value))
    if field.type == "datetime" and operator != "in" and value not in EMPTY:
        return _dated(models, model, name, operator, moment(str(value)))
    if operator in ("=", "in"):
        return _equal(models, model, name, list(value) if isinstance(value, list | tuple) else [value])
    compare = COMPARE[operator]
    return lambda row: (kept := models.value(model, row, name)) is not None and compare(kept, value)


def _equal(models: Models, model: str, name: str, values: list[Any]) -> Test:
    wants_empty = any((value in EMPTY and value != 0) or value is False for value in values)
    wanted = [value for value in values if value not in EMPTY or value is True or _is_zero(value)]

    def equal(row: Row) -> bool:
        kept = models.value(model, row, name)
        if isinstance(kept, list):
            return (wants_empty and not kept) or any(one in wanted for one in kept)
        if kept in EMPTY and not _is_zero(kept):
            return wants_empty
        return kept in wanted

    return equal


def _is_zero(value: object) -> bool:
    return value == 0 and not isinstance(value, bool)


def _dated(models: Models, model: str, name: str, operator: str, at: int) -> Test:
    """Rows keep microseconds. From version 19 on a bound is a whole second: `> t` is `>= t + 1 s`."""
    whole = models.version >= JSON2_SINCE
    low, high = {
        ">": (at + (SECOND if whole else 1), None),
        ">=": (at, None),
        "<": (None, at),
        "<=": (None, at + (SECOND if whole else 1)),
        "=": (at, at + (SECOND if whole else 1)),
    }[operator]

    def dated(row: Row) -> bool:
        kept = models.value(model, row, name)
        return kept is not None and (low is None or kept >= low) and (high is None or kept < high)

    return dated


def _text(models: Models, model: str, name: str, field: Field, operator: str, value: str) -> Test:
    inner = value if operator.startswith("=") else f"%{value}%"
    parts = re.split(r"([%_])", inner)
    pattern = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
    fits = re.compile(pattern, re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)).fullmatch

    def found(row: Row) -> bool:
        kept = models.value(model, row, name)
        if field.type == "many2one" and kept:
            other = models.record(field.relation, int(kept)) or {}
            kept = other.get("name")
        return isinstance(kept, str) and fits(kept) is not None

    return found
