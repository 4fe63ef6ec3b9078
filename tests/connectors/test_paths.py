"""A dotted name is a field of that name first, and a way into nested objects otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.paths import ABSENT, at_path

THING = {
    "plain": 1,
    "a": {"b": {"c": 2}, "b.c": 3, "none": None, "list": [{"c": 4}]},
    "a.b": {"d": 5, "c": 6},
    "a.list.c": 7,
    "text": "{}",
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("plain", 1),
        ("a.b.c", 3),  # the field of the object that is itself called `b.c` goes before a further step
        ("a.b.d", 5),  # a field called `a.b`, since `a` leads to no `b.d`
        ("a.none", None),
        ("a.list.c", 7),
        ("a.list.0", ABSENT),
        ("a", THING["a"]),
        ("text.x", ABSENT),
        ("a.nothing", ABSENT),
        ("nothing.at.all", ABSENT),
        ("", ABSENT),
        (".", ABSENT),
    ],
)
def test_what_stands_at_a_path(path: str, value: Any) -> None:
    assert at_path(THING, path) is value or at_path(THING, path) == value
