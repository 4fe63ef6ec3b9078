"""Finding records by their stamp: one sorted array of whole numbers per object, made at the first question."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from connectors.sandbox.salesforce.schema import OF_DEALS, SOBJECTS
from connectors.sandbox.salesforce.words import SLOTS

if TYPE_CHECKING:
    from connectors.sandbox.salesforce.org import Org

EPOCH: Final = 946_684_800
"""Seconds until the year 2000: stamps are counted from there. 31 bits of stamp, 32 of number, one of deletion."""

STAMP_SHIFT: Final = 33


def pack(stamp: int, number: int, *, is_deleted: bool) -> int:
    """One entry."""
    return max(stamp - EPOCH, 0) << STAMP_SHIFT | number << 1 | is_deleted


def number_in(entry: int) -> int:
    """The record's number."""
    return entry >> 1 & 0xFFFF_FFFF


class StampIndex:
    """Entries of each object in the order of their stamps; an edited deal's are exchanged at the next question."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._entries: dict[str, array[int]] = {}
        self._edited: dict[str, set[int]] = {}

    def changed(self, index: int) -> None:
        """Deal number `index` was edited, and with it move the records of what was joined to it."""
        with self.org.lock:
            for kind in self._entries:
                self._edited.setdefault(kind, set()).update(self.org.parts(index))

    def forget(self) -> None:
        """Begin anew at the next question."""
        with self.org.lock:
            self._entries, self._edited = {}, {}

    def between(self, kind: str, low: int, high: int) -> array[int]:
        """Entries with low <= stamp < high (seconds), in the order of stamp and number."""
        with self.org.lock:
            entries = self._current(kind)
            start, end = pack(low, 0, is_deleted=False), pack(high, 0, is_deleted=False)
            return entries[bisect_left(entries, start) : bisect_left(entries, end)]

    def of_deals(self, kind: str, indexes: Iterable[int], low: int, high: int) -> list[int]:
        """The entries of some deals, within the same bounds and in the same order."""
        start, end = pack(low, 0, is_deleted=False), pack(high, 0, is_deleted=False)
        with self.org.lock:
            found = (entry for index in indexes for entry in self._of(kind, index))
            return sorted(entry for entry in found if start <= entry < end)

    def _current(self, kind: str) -> array[int]:
        entries, edited = self._entries.get(kind), self._edited.pop(kind, set())
        if entries is None:
            deals = range(self.org.deals) if kind in OF_DEALS else (0,)
            entries = self._sorted(entry for index in deals for entry in self._of(kind, index))
        elif edited and kind in OF_DEALS:
            slots = 1 if kind == "Opportunity" else SLOTS
            kept = (entry for entry in entries if number_in(entry) // slots not in edited)
            entries = self._sorted(chain(kept, (entry for index in edited for entry in self._of(kind, index))))
        self._entries[kind] = entries
        return entries

    def _of(self, kind: str, index: int) -> Iterator[int]:
        stamp = SOBJECTS[kind].stamp
        for number, row in self.org.records(kind, index):
            yield pack(row[stamp], number, is_deleted=bool(row.get("IsDeleted")))

    @staticmethod
    def _sorted(entries: Iterable[int]) -> array[int]:
        return array("Q", sorted(entries))
