"""Plain words for what pydantic finds wrong: message, fix, and the place that the file itself holds.

Only wording belongs here. Which values are right is said by the models; `configfile.py` puts the faults together.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from connectors.configtext import ConfigPath
from connectors.contract import CONNECTION_NAME


def did_you_mean(value: str, allowed: Iterable[str]) -> str:
    """The fix for a mistyped word: the nearest allowed one, else all of them."""
    words = sorted(allowed)
    near = difflib.get_close_matches(value, words, n=1, cutoff=0.6)
    if not near:
        folded = {word.casefold(): word for word in words}
        near = [folded[value.casefold()]] if value.casefold() in folded else []
    if near:
        return f"did you mean {near[0]!r}?"
    return f"allowed: {', '.join(words)}" if words else ""


def real_path(loc: Sequence[str | int], data: Any) -> ConfigPath:
    """`loc` without the union tags and `[key]` marks that pydantic adds: only what the file itself holds."""
    path: list[str | int] = []
    here = data
    for i, part in enumerate(loc):
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            missing_key = i == len(loc) - 1 and isinstance(here, dict) and part != "[key]"
            if not missing_key:
                continue
        path.append(part)
    return tuple(path)


def is_secret(path: ConfigPath) -> bool:
    """Whether a value at this place must never be printed, even when it is wrong."""
    words = ("credential", "secret", "token", "password", "key_file")
    return any(word in str(part).lower() for part in path for word in words)


_SHAPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a date like 2026-01-31",
    "date_parsing": "a date like 2026-01-31",
    "date_from_datetime_parsing": "a date like 2026-01-31",
    "date_from_datetime_inexact": "a date like 2026-01-31",
    "datetime_type": "a time like 2026-01-31T09:00:00Z",
    "datetime_parsing": "a time like 2026-01-31T09:00:00Z",
    "datetime_from_date_parsing": "a time like 2026-01-31T09:00:00Z",
    "time_type": "a time of day like 02:30",
    "time_parsing": "a time of day like 02:30",
    "timedelta_parsing": "a length of time like P1D or 02:00:00",
    "list_type": "a list",
    "set_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

SHORT_NAME = f"^{CONNECTION_NAME.pattern}$"
"""The pattern of a setting that is a short name: of an account, a stage, a step."""
CURRENCY = "^[A-Z]{3}$"
"""The pattern of a setting that is a currency."""

_PATTERNS = {
    SHORT_NAME: "a short name; use small letters, digits and _, beginning with a letter (at most 63)",
    CURRENCY: "a currency; write its three capital letters, like EUR",
}
"""Pattern of a setting -> what it asks for, and the fix."""

_BOUNDS = {
    "greater_than": ("gt", "too small", "more than {}"),
    "greater_than_equal": ("ge", "too small", "{} or more"),
    "less_than": ("lt", "too large", "less than {}"),
    "less_than_equal": ("le", "too large", "{} or less"),
}
"""Pydantic's word -> where it keeps the bound, what is wrong, and what would do."""
_SHORT = {"too_short": "name at least one", "string_too_short": "write something, or remove the line"}
"""No setting asks for more than one item, or for more than one character."""

_HOW = {"a list": "a list: `- item` lines or `[a, b]`", "a mapping": "a mapping: `key: value` lines"}


def words_for(item: Any, path: ConfigPath, model: type[BaseModel]) -> tuple[str, str]:
    """Message and fix in plain words."""
    kind, value = item["type"], item["input"]
    last = str(path[-1]) if path else ""
    if kind == "missing":
        return f"{last!r} is missing", f"add `{last}: …`"
    if kind == "extra_forbidden":
        return f"{last!r} is not a setting here", did_you_mean(last, _settings_at(model, path[:-1]))
    if kind in ("literal_error", "enum"):
        allowed = [part.strip(" '") for part in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return f"{_shown(value, path)} is not allowed here", did_you_mean(str(value), allowed)
    if kind in _SHAPES:
        shape = _SHAPES[kind]
        return f"{_shown(value, path)} is not {shape}", f"write {_HOW.get(shape, shape)}"
    if kind == "string_pattern_mismatch" and item["ctx"]["pattern"] in _PATTERNS:
        shape, _, fix = _PATTERNS[item["ctx"]["pattern"]].partition("; ")
        return f"{_shown(value, path)} is not {shape}", fix
    if kind in _BOUNDS:
        where, what, how = _BOUNDS[kind]
        bound = f"{item['ctx'][where]:.15g}"
        return f"{_shown(value, path)} is {what}", f"write {how.format(bound)}"
    if kind in _SHORT and item["ctx"]["min_length"] == 1:
        return "is empty", _SHORT[kind]
    cause = item.get("ctx", {}).get("error")
    if cause is not None:
        said = str(cause)
        return f"{_shown(value, path)} {said}" if said.startswith("is ") else said, ""
    return f"{_shown(value, path)} is refused: {item['msg'][:1].lower()}{item['msg'][1:]}", ""


def _shown(value: Any, path: ConfigPath) -> str:
    if is_secret(path):
        return "the value (not shown)"
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…" + text[-1]


def _settings_at(model: type[BaseModel], path: ConfigPath) -> set[str]:
    """The keys that the model allows at `path`, over all members of a union."""
    types: list[Any] = [model]
    for part in path:
        types = [below for one in types for below in _below(one, part)]
    names: set[str] = set()
    for one in _each(types):
        if isinstance(one, type) and issubclass(one, BaseModel):
            names |= {info.alias or name for name, info in one.model_fields.items()}
    return names


def _below(annotation: Any, part: str | int) -> list[Any]:
    found: list[Any] = []
    for one in _each([annotation]):
        if isinstance(one, type) and issubclass(one, BaseModel):
            named = {info.alias or name: info for name, info in one.model_fields.items()}
            found += [named[part].annotation] if isinstance(part, str) and part in named else []
        elif get_origin(one) is not None:
            found += get_args(one)[-1:] if not isinstance(part, int) else get_args(one)[:1]
    return found


def _each(annotations: Iterable[Any]) -> Iterator[Any]:
    for one in annotations:
        origin = get_origin(one)
        if origin in (Union, UnionType):
            yield from _each(get_args(one))
        elif hasattr(one, "__metadata__"):
            yield from _each(get_args(one)[:1])
        else:
            yield one
