"""One account's deals as they are at present: an organisation's stories, and what people have changed since.

No CRM's words here: each folder shows a world in its own. `edits` changes it. A story that nobody edited is told anew
and kept only for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from connectors.sandbox.model import DealTruth, Story
from connectors.sandbox.organisation import Organisation, truth_of
from connectors.sandbox.plots_apart import DEAL_ID_BASE

KEPT_STORIES: Final = 20_000
"""About 4 kB each. Beyond that stories are told anew, 50 microseconds each."""


class World:
    """One account. `edited` holds the stories that were changed or made here, `joined` the parts of a merged deal.

    `merge_makes_new`: HubSpot makes a third deal out of two; elsewhere the first survives and the second goes.
    """

    merge_makes_new = False

    def __init__(
        self, organisation: Organisation, clock: Callable[[], float] = time.monotonic, keep: int = KEPT_STORIES
    ) -> None:
        self.organisation = organisation
        self.crew = organisation.crew
        self.now = organisation.days.now
        self.clock = clock
        self.keep = keep
        self.opened = clock()
        self.lock = threading.RLock()
        self.edited: dict[int, Story] = {}
        self.joined: dict[int, tuple[int, ...]] = {}
        self.deals = organisation.deals
        self.last_edit = self.now
        """Milliseconds since 1970; each edit is one second after the last one."""
        self.touched = 0
        self._kept: dict[int, Story] = {}

    def deal_id(self, index: int) -> str:
        """The CRM's id of deal number `index`. Each CRM has its own."""
        return str(DEAL_ID_BASE + index)

    def number(self, deal_id: str) -> int:
        """The deal number behind an id. Raises ValueError for what is no id of this CRM."""
        return int(deal_id) - DEAL_ID_BASE

    def check(self, edit: object) -> None:
        """Called before an edit. Raises ValueError for one that this CRM has no way to make."""

    def changed(self, index: int, before: Story | None) -> None:
        """Called after deal `index` was edited (`before`: its story until then, None for a new one), lock held."""

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
        """The truth about every deal after all edits, with this CRM's ids."""
        for index in range(self.deals):
            story = self.story(index)
            into = story.merged_into
            yield replace(
                truth_of(story, self.crew),
                deal_id=self.deal_id(index),
                merged_into=None if into in (None, index) else self.deal_id(into or 0),
            )

    def survivor(self, index: int) -> int:
        """The deal that answers for `index`: itself, or what it was merged into."""
        into = self.story(index).merged_into
        return index if into is None or into == index else self.survivor(into)

    def parts(self, index: int) -> tuple[int, ...]:
        """The deals whose contacts, activities and documents belong to deal `index`: itself and what joined it."""
        return (index, *(part for joined in self.joined.get(index, ()) for part in self.parts(joined)))

    def was_joined(self, index: int) -> bool:
        """Whether the deal was merged into another by an edit, so that its activities belong to that one."""
        return any(index in parts for parts in self.joined.values())
