"""Dotted names of fields: `a.b.c` is a field with that very name, else field c of the object b of the object a.

Here belongs finding a value in nested JSON. Which names are wanted, and what a value means, is each connector's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

ABSENT: Final = object()
"""Nothing stands at a path; None is a value."""


def heads(path: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a dotted name in two, the shortest beginning first."""
    place = path.find(".")
    while place >= 0:
        yield path[:place], path[place + 1 :]
        place = path.find(".", place + 1)


def at_path(thing: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, or ABSENT. A field that has the dots in its own name goes first, at every step."""
    if path in thing:
        return thing[path]
    for head, rest in heads(path):
        below = thing.get(head)
        if isinstance(below, Mapping) and (found := at_path(below, rest)) is not ABSENT:
            return found
    return ABSENT
