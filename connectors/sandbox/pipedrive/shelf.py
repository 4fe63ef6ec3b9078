"""An account's rows in the order of a field, built at the first question: one sorted list of whole numbers each.

A row packs the field's value (seconds since 1970, or the id) and the id. What an answer shows is decided elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from connectors.sandbox.model import Story
from connectors.sandbox.pipedrive.words import thing_id

if TYPE_CHECKING:
    from connectors.sandbox.pipedrive.company import Company

ID_BITS: Final = 40
ID_MASK: Final = (1 << ID_BITS) - 1
Key = tuple[str, str]
"""("deals" or "activities", "id" or "update_time" or "add_time")."""


def pack(value: int, identifier: int) -> int:
    """One row."""
    return value << ID_BITS | identifier


class Shelf:
    """The rows of one account."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._rows: dict[Key, list[int]] = {}

    def rows(self, kind: str, sort_by: str) -> list[int]:
        """All rows of a kind in ascending order. Not to be changed, and an edit changes it: hold the account's lock."""
        key = (kind, sort_by)
        if key not in self._rows:
            company = self.company
            found = [row for n in range(company.deals) for row in self._of(key, company.story(n))]
            self._rows[key] = sorted(found)
        return self._rows[key]

    def changed(self, index: int, before: Story | None) -> None:
        """Put the rows of deal `index` in their new places; `before` is its story until then."""
        for key, rows in self._rows.items():
            old = set(self._of(key, before)) if before is not None else set()
            new = set(self._of(key, self.company.story(index)))
            for row in old - new:
                place = bisect_left(rows, row)
                if place < len(rows) and rows[place] == row:
                    del rows[place]
            for row in new - old:
                insort(rows, row)

    def forget(self) -> None:
        """Begin anew at the next question."""
        self._rows = {}

    def _of(self, key: Key, story: Story) -> Iterator[int]:
        kind, sort_by = key
        company = self.company
        if kind == "deals":
            stamps = {"id": story.index + 1, "add_time": story.created // 1000}
            yield pack(stamps.get(sort_by) or company.updated(story) // 1000, story.index + 1)
            return
        for place, activity in company.activities(story):
            identifier = thing_id(story.index, place)
            stamps = {"id": identifier, "add_time": activity.recorded // 1000, "due_date": activity.at // 1000}
            yield pack(stamps.get(sort_by) or company.activity_updated(story, activity) // 1000, identifier)
