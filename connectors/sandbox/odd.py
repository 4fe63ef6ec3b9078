"""Odd values in answers: what people type, what imports leave behind, and what no CRM should ever send.

Which answers are spoiled is a fault's affair (`faults`, `serving`); what should become of it is for tests to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from random import Random
from typing import Any, Final

ABSENT: Final = object()
"""The field is left out."""

ODD_VALUES: Final[tuple[Any, ...]] = (
    ABSENT, None, "", "abc", -1, 0.1, 1e30, 12345678901234567890, True, [], {}, [None], {"a": None},
    "0", "-5", "NaN", "Infinity", "1e400", "99999999999999999999", 1772323200000, "1772323200000", "2026-03-01",
    "2026-13-45T99:99:99Z", "2026-03-01T10:00:00+03:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "+275760-09-13T00:00:00Z", "ü😀'\"\\",
)  # fmt: skip


def oddly(content: Any, chance: Random, every: int, keep: Collection[str]) -> Any:
    """The content with about each n-th of its values exchanged, but for those of the kept keys."""
    if isinstance(content, dict):
        return dict(_fields(content, chance, every, keep))
    if isinstance(content, list):
        return [oddly(each, chance, every, keep) for each in content]
    return content


def _fields(thing: dict[str, Any], chance: Random, every: int, keep: Collection[str]) -> Iterator[tuple[str, Any]]:
    for key, value in thing.items():
        if isinstance(value, dict | list):
            yield key, oddly(value, chance, every, keep)
        elif key in keep or chance.randrange(every):
            yield key, value
        elif (odd := chance.choice(ODD_VALUES)) is not ABSENT:
            yield key, odd
