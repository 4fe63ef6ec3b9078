"""The deals that a pass met, with their marks, so that nothing is listed a second time to know what else to ask.

Here belongs remembering, eight bytes a deal, and listing anew after a restart.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from connectors.pipedrive.api import Object
from connectors.pipedrive.marks import BITS, Marker

Lister = Callable[[datetime | None], Iterator[Object]]
"""All deals changed since then (None: all there are)."""


class MetDeals:
    """Marked ids of the live deals; whole only when the stream of deals ran here from its beginning."""

    def __init__(self, marker: Marker, lister: Lister) -> None:
        self._marker, self._lister = marker, lister
        self._whole_for: tuple[datetime | None] | None = None
        self._sorted: array[int] | None = None
        self.begin()

    def begin(self) -> None:
        """The stream of deals starts, here and now."""
        self._packed: array[int] = array("q")
        self._whole_for = self._sorted = None

    def add(self, deals: Iterable[Object]) -> None:
        """Remember these."""
        self._packed.extend(packed for deal in deals if (packed := self._marker.packed(deal)) is not None)

    def end(self, synced_to: datetime | None) -> None:
        """The stream ended; what was added is everything since `synced_to`."""
        self._whole_for = (synced_to,)

    def above(self, deal: int, synced_to: datetime | None) -> Iterator[tuple[int, int]]:
        """Each deal with a higher id, and its marks, in order."""
        if self._whole_for != (synced_to,):
            self.begin()
            self.add(self._lister(synced_to))
            self.end(synced_to)
        if self._sorted is None:
            self._sorted = array("q", sorted(self._packed))
        yield from _joined(packed for packed in self._sorted if packed >> BITS > deal)


def _joined(packed: Iterable[int]) -> Iterator[tuple[int, int]]:
    """A deal that changed while it was listed was met twice: both marks count."""
    low = (1 << BITS) - 1
    last, marks = 0, 0
    for each in packed:
        identity = each >> BITS
        if identity != last:
            if last:
                yield last, marks
            last, marks = identity, 0
        marks |= each & low
    if last:
        yield last, marks
