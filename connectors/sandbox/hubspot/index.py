"""The search's own index: live objects by modification date, some time behind the truth if a knob says so.

One sorted list of whole numbers per kind (stamp, id, open or closed packed together), built at the first question.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from connectors.sandbox.hubspot.render import CLOSED, activity_modified
from connectors.sandbox.hubspot.words import SINGULAR, object_id
from connectors.sandbox.model import Story

if TYPE_CHECKING:
    from connectors.sandbox.hubspot.portal import Portal

ID_BITS: Final = 43
STAMP_SHIFT: Final = ID_BITS + 1
ACTIVITIES: Final = frozenset(("meetings", "calls", "emails"))
SEARCHABLE: Final = ("deals", "meetings", "calls", "emails", "quotes", "line_items")


def pack(stamp: int, identifier: int, *, is_closed: bool) -> int:
    """One row of the index."""
    return stamp << STAMP_SHIFT | identifier << 1 | is_closed


def stamp_of(row: int) -> int:
    """The modification date of a row."""
    return row >> STAMP_SHIFT


def id_of(row: int) -> int:
    """The id of a row."""
    return row >> 1 & ((1 << ID_BITS) - 1)


class SearchIndex:
    """What search knows. `put_off` changes take effect when the portal's lag is over."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._rows: dict[str, list[int]] = {}
        self._waiting: list[tuple[float, str, int | None, int | None]] = []

    def rows(self, kind: str) -> list[int]:
        """All rows of a kind, oldest change first."""
        with self.portal.lock:
            if not self._rows:
                self._build()
            now = self.portal.clock()
            due = [change for change in self._waiting if change[0] <= now]
            self._waiting = [change for change in self._waiting if change[0] > now]
            for _, of_kind, old, new in due:
                self._replace(of_kind, old, new)
            return self._rows[kind]

    def between(self, kind: str, low: int, high: int) -> list[int]:
        """Rows with low <= stamp < high."""
        rows = self.rows(kind)
        return rows[bisect_left(rows, low << STAMP_SHIFT) : bisect_left(rows, high << STAMP_SHIFT)]

    def changed(self, index: int, before: Story | None) -> None:
        """Tell the index that deal `index` was edited; `before` is its story until then."""
        with self.portal.lock:
            if not self._rows:
                return
            due = self.portal.clock() + self.portal.knobs.search_lag_seconds
            old = dict(self._rows_of(index, before)) if before is not None else {}
            new = dict(self._rows_of(index, self.portal.story(index)))
            for key in old.keys() | new.keys():
                if old.get(key) != new.get(key):
                    self._waiting.append((due, key[0], old.get(key), new.get(key)))

    def forget(self) -> None:
        """Begin anew at the next question."""
        with self.portal.lock:
            self._rows, self._waiting = {}, []

    def _build(self) -> None:
        lists: dict[str, list[int]] = {kind: [] for kind in SEARCHABLE}
        for index in range(self.portal.deals):
            for (kind, _), row in self._rows_of(index, self.portal.story(index)):
                lists[kind].append(row)
        for rows in lists.values():
            rows.sort()
        self._rows = lists

    def _rows_of(self, index: int, story: Story) -> Iterator[tuple[tuple[str, int], int]]:
        if story.merged_into is None and story.archived_at is None:
            identifier = object_id("deals", index)
            is_closed = (story.value("dealstage") or "") in CLOSED
            yield ("deals", identifier), pack(story.modified, identifier, is_closed=is_closed)
        for kind in SEARCHABLE[1:]:
            if not self.portal.places(kind, index):
                continue
            word = SINGULAR[kind]
            if kind in ACTIVITIES:
                stamps = [activity_modified(a, self.portal.now) for a in story.activities if a.kind == word]
            else:
                stamps = [document.at for document in story.documents if document.kind == word]
            for place, stamp in enumerate(stamps):
                identifier = object_id(kind, index, place)
                yield (kind, identifier), pack(stamp, identifier, is_closed=False)

    def _replace(self, kind: str, old: int | None, new: int | None) -> None:
        rows = self._rows[kind]
        if old is not None:
            place = bisect_left(rows, old)
            if place < len(rows) and rows[place] == old:
                del rows[place]
        if new is not None:
            insort(rows, new)
