"""The ids that a pass met, so that associations are asked for them without listing everything a second time.

Here belongs remembering. Finding ids again after a restart is associations.py's.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import datetime

from connectors.contract import BadAnswer

GREATEST_ID = 1 << 63


class SeenIds:
    """Ids of one kind's live objects, eight bytes each; complete only when the stream ran here from its beginning."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A stream starts, here and now."""
        self._ids = array("q")
        self._whole_for: tuple[datetime | None] | None = None
        self.heirs: set[str] = set()
        """Deals that may have got older activities, whose own dates don't tell: merged, made or found meanwhile."""
        self.stages: set[tuple[str, str]] = set()
        """Pipeline and stage of which the deals' histories speak."""
        self.asked: tuple[datetime | None, array[int]] | None = None
        """Whose associations were worked out to be read, and since when."""

    def add(self, ids: Iterable[str]) -> None:
        """Remember these."""
        self._ids.extend(numbers(ids))

    def end(self, synced_to: datetime | None) -> None:
        """The stream ended; what was added is everything since `synced_to`."""
        self._whole_for = (synced_to,)

    def recent(self) -> array[int]:
        """What was added since the beginning, whole or not."""
        return self._ids

    def all_since(self, synced_to: datetime | None) -> array[int] | None:
        """Everything met since `synced_to`; None when this process did not see all of it."""
        return self._ids if self._whole_for == (synced_to,) else None


def numbers(ids: Iterable[str]) -> Iterable[int]:
    """Ids as numbers, which all of HubSpot's are."""
    for text in ids:
        try:
            number = int(text)
        except ValueError:
            raise _no_id(text) from None
        if abs(number) >= GREATEST_ID:
            raise _no_id(text)
        yield number


def _no_id(text: str) -> BadAnswer:
    return BadAnswer(f"HubSpot gave the id {text[:40]!r}, which none of its records can have")
