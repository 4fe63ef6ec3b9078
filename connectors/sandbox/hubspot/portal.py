"""One account: an organisation as HubSpot keeps it, with what has been changed since.

Holds which deals, activities and documents exist and where; `index` finds them by modification date, `objects`
shows them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from connectors.sandbox.hubspot.index import ACTIVITIES, SearchIndex
from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.pipelines import Pipelines
from connectors.sandbox.hubspot.words import BASE, SINGULAR, locate, object_id
from connectors.sandbox.model import Activity, Document, Story
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.world import KEPT_STORIES, World


class Portal(World):
    """One account."""

    merge_makes_new = True

    def __init__(
        self,
        organisation: Organisation,
        knobs: Knobs,
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT_STORIES,
    ) -> None:
        super().__init__(organisation, clock, keep)
        self.knobs = knobs
        self.pipelines = Pipelines()
        self.index = SearchIndex(self)

    def changed(self, index: int, before: Story | None) -> None:
        """Tell the search's index."""
        self.index.changed(index, before)

    def touch_everything(self) -> None:
        """All deals get one modification date; the index begins anew."""
        super().touch_everything()
        self.index.forget()

    # -- objects ----------------------------------------------------------------------------------------------

    def places(self, kind: str, index: int) -> int:
        """How many objects of a kind deal number `index` has brought into the portal."""
        story = self.story(index)
        if kind == "deals":
            return 0 if story.merged_into is not None else 1
        if story.merged_into not in (None, index) and not self.was_joined(index):
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

    @staticmethod
    def _things(kind: str, story: Story) -> list[Activity] | list[Document]:
        return story.activities if kind in ACTIVITIES else story.documents
