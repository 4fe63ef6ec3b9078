"""One account: an organisation as HubSpot keeps it, with what tests have changed since.

Holds which deals, activities and documents exist and where; `index` finds them by modification date, `objects`
shows them, `edits` changes them. A story that nobody edited is told anew and kept only for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.words import BASE, SINGULAR, locate, object_id
from connectors.sandbox.model import Activity, DealTruth, Document, Story
from connectors.sandbox.organisation import Organisation, truth_of

KEPT_STORIES: Final = 20_000
"""About 4 kB each. Beyond that stories are told anew, 50 microseconds each."""

ACTIVITIES: Final = frozenset(("meetings", "calls", "emails"))


class Portal:
    """One account. `edited` holds the stories that tests changed, `joined` the parts of a merged deal."""

    def __init__(
        self,
        organisation: Organisation,
        knobs: Knobs,
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT_STORIES,
    ) -> None:
        self.organisation = organisation
        self.crew = organisation.crew
        self.now = organisation.days.now
        self.knobs = knobs
        self.clock = clock
        self.keep = keep
        self.opened = clock()
        self.lock = threading.RLock()
        self.edited: dict[int, Story] = {}
        self.joined: dict[int, tuple[int, ...]] = {}
        self.deals = organisation.deals
        self.last_edit = self.now
        self.touched = 0
        self._kept: dict[int, Story] = {}

    # -- stories ----------------------------------------------------------------------------------------------

    def story(self, index: int) -> Story:
        """Deal number `index` as it is now. Not to be changed: `edits` works on copies."""
        story = self.edited.get(index) or self._kept.get(index)
        if story is None:
            story = self.organisation.story(index)
            story.modified = max(story.modified, self.touched)
            if len(self._kept) >= self.keep:
                self._kept = {}
            self._kept[index] = story
        return story

    def touch_everything(self) -> None:
        """All deals get one and the same modification date, as after an edit of their pipeline."""
        self.last_edit += 1000
        self.touched = self.last_edit
        self._kept = {}
        for story in self.edited.values():
            story.modified = self.touched

    def truth(self) -> Iterator[DealTruth]:
        """The truth about every deal after all edits."""
        for index in range(self.deals):
            yield truth_of(self.story(index), self.crew)

    def survivor(self, index: int) -> int:
        """The deal that answers for `index`: itself, or what it was merged into."""
        into = self.story(index).merged_into
        return index if into is None or into == index else self.survivor(into)

    def parts(self, index: int) -> tuple[int, ...]:
        """The deals whose contacts, activities and documents belong to deal `index`: itself and what joined it."""
        return (index, *(part for joined in self.joined.get(index, ()) for part in self.parts(joined)))

    # -- objects ----------------------------------------------------------------------------------------------

    def places(self, kind: str, index: int) -> int:
        """How many objects of a kind deal number `index` has brought into the portal."""
        story = self.story(index)
        if kind == "deals":
            return 0 if story.merged_into is not None else 1
        if story.merged_into not in (None, index) and not self._joined_by_edit(index):
            return 0
        if kind == "contacts":
            return len(story.contacts)
        return sum(1 for item in self._things(kind, story) if item.kind == SINGULAR[kind])

    def thing(self, kind: str, index: int, place: int) -> Activity | Document | None:
        """The `place`-th activity or document of a kind."""
        found = [item for item in self._things(kind, self.story(index)) if item.kind == SINGULAR[kind]]
        return found[place] if place < len(found) else None

    def ids(self, kind: str, after: int) -> Iterator[int]:
        """All ids of a kind greater than `after`, ascending; archived deals among them."""
        start, place = (0, -1) if after < BASE[kind] else locate(kind, after)
        for index in range(start, self.deals):
            first = place + 1 if index == start else 0
            for number in range(first, self.places(kind, index)):
                yield object_id(kind, index, number)

    def exists(self, kind: str, identifier: int) -> bool:
        """Whether the portal has this object, and shows it already."""
        if identifier < BASE[kind]:
            return False
        index, place = locate(kind, identifier)
        return index < self.deals and place < self.places(kind, index) and not self.is_late(identifier)

    def is_late(self, identifier: int) -> bool:
        """Whether the object was stamped long ago but has not appeared yet."""
        knobs = self.knobs
        if not knobs.late_every or identifier % knobs.late_every:
            return False
        return self.clock() - self.opened < knobs.late_seconds

    def is_archived(self, kind: str, identifier: int) -> bool:
        """Whether a deal is in the archive; activities and documents never are."""
        return kind == "deals" and self.story(locate(kind, identifier)[0]).archived_at is not None

    def _joined_by_edit(self, index: int) -> bool:
        return any(index in parts for parts in self.joined.values())

    @staticmethod
    def _things(kind: str, story: Story) -> list[Activity] | list[Document]:
        return story.activities if kind in ACTIVITIES else story.documents
