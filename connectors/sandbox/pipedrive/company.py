"""One Pipedrive account: which deals and activities it has, shows, keeps as deleted or has forgotten.

Rows in the order of a field are `shelf`'s; what a row says is `render`'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from connectors.sandbox.model import Activity, Document, Story
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.pipedrive.knobs import Knobs
from connectors.sandbox.pipedrive.life import Life, life_of
from connectors.sandbox.pipedrive.shelf import Shelf
from connectors.sandbox.pipedrive.words import OUTCOMES, SLOTS
from connectors.sandbox.workdays import DAY
from connectors.sandbox.world import KEPT_STORIES, World

KEPT_DELETED: Final = 30 * DAY


class Company(World):
    """One account. A merge leaves the first deal, with its own history; the second one is deleted."""

    def __init__(
        self,
        organisation: Organisation,
        knobs: Knobs,
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT_STORIES,
    ) -> None:
        super().__init__(organisation, clock, keep)
        self.knobs = knobs
        self.shelf = Shelf(self)
        self.cursors: dict[str, float] = {}
        """When each cursor was given out, where they expire."""
        self._lives: dict[int, tuple[Story, int | None, Life]] = {}

    def deal_id(self, index: int) -> str:
        """Small numbers, from 1."""
        return str(index + 1)

    def number(self, deal_id: str) -> int:
        """The deal number behind an id."""
        return int(deal_id) - 1

    def changed(self, index: int, before: Story | None) -> None:
        """Take a merged deal's foreign history out again, and put its rows where they belong now."""
        story = self.edited[index]
        if before is not None and story.merged_at == self.last_edit and story.merged_into is None:
            own = {name: getattr(before, name) for name in ("fields", "created", "merged_at", "visits_certain")}
            self.edited[index] = replace(story, **own)
        self.shelf.changed(index, before)

    def touch_everything(self) -> None:
        """All deals get one `update_time`; the rows are put in order anew."""
        super().touch_everything()
        self.shelf.forget()

    # -- deals ------------------------------------------------------------------------------------------------

    def deleted_at(self, story: Story) -> int | None:
        """When a deal was deleted, also by a merge; None while it lives."""
        if story.merged_into is not None:
            return story.touched_at or self.story(story.merged_into).merged_at
        return story.archived_at

    def updated(self, story: Story) -> int:
        """The `update_time` of a deal: of its last edit, also of its deletion."""
        return max(story.modified, story.touched_at, self.deleted_at(story) or 0)

    def knows(self, index: int) -> bool:
        """Whether a deal exists, or was deleted so lately that it is still kept."""
        if not 0 <= index < self.deals or self.is_late(index):
            return False
        story = self.story(index)
        if story.merged_into == index:
            return False
        deleted = self.deleted_at(story)
        return deleted is None or deleted > self.last_edit - KEPT_DELETED

    def is_late(self, index: int) -> bool:
        """Whether the deal was stamped long ago but has not appeared yet."""
        knobs = self.knobs
        if not knobs.late_every or (index + 1) % knobs.late_every:
            return False
        return self.clock() - self.opened < knobs.late_seconds

    def is_archived(self, story: Story) -> bool:
        """Whether a closed deal was put into the archive."""
        every = self.knobs.archive_every
        is_closed = (story.value("dealstage") or "") in OUTCOMES
        return bool(every) and is_closed and (story.index + 1) % every == 0 and self.deleted_at(story) is None

    def life(self, story: Story) -> Life:
        """The deal's life in Pipedrive's fields, lived once: an edit makes another story of it."""
        deleted = self.deleted_at(story)
        kept = self._lives.get(story.index)
        if kept is not None and kept[0] is story and kept[1] == deleted:
            return kept[2]
        if len(self._lives) >= self.keep:
            self._lives = {}
        life = life_of(story, deleted)
        self._lives[story.index] = (story, deleted, life)
        return life

    # -- what belongs to deals --------------------------------------------------------------------------------

    def owner_of_things(self, index: int) -> int | None:
        """The deal that the activities of deal `index` belong to now; None when it vanished."""
        owner = self.survivor(index)
        return None if self.story(owner).merged_into == owner else owner

    def activities(self, story: Story) -> Iterator[tuple[int, Activity]]:
        """(place, activity) of the meetings and calls that a deal has brought into the account."""
        return ((place, item) for place, item in self._talks(story) if item.kind != "email")

    def mails(self, index: int) -> list[tuple[Story, int, Activity]]:
        """(story that brought it, place, e-mail) of a deal: Pipedrive keeps them apart from activities."""
        stories = [self.story(part) for part in self.parts(index)]
        return [(s, place, item) for s in stories for place, item in self._talks(s) if item.kind == "email"]

    def _talks(self, story: Story) -> Iterator[tuple[int, Activity]]:
        # What belonged to the deals of a told merge is told as the survivor's own.
        told_away = story.merged_into not in (None, story.index) and not self.was_joined(story.index)
        return iter(()) if told_away else enumerate(story.activities)

    def activity_updated(self, story: Story, activity: Activity) -> int:
        """When an activity was last touched: logged, held, or moved to the survivor of a merge."""
        moved = story.touched_at if story.merged_into not in (None, story.index) else 0
        return max(activity.recorded, activity.at if activity.at <= self.last_edit else 0, moved)

    def activity(self, identifier: int) -> tuple[Story, int, Activity] | None:
        """The story, place and activity behind an id."""
        index, place = divmod(identifier - 1, SLOTS)
        if not 0 <= index < self.deals:
            return None
        story = self.story(index)
        return next(((story, at, item) for at, item in self.activities(story) if at == place), None)

    def participants(self, index: int) -> Iterator[tuple[int, int, int]]:
        """(deal number that brought the person, place, since when) of everybody on a deal, in the order of time."""
        found = []
        for part in self.parts(index):
            story = self.story(part)
            joined = story.touched_at if part != index else 0
            found += [(part, place, max(at, joined)) for place, at in enumerate(story.contacts)]
        yield from sorted(found, key=lambda person: person[2])

    def products(self, index: int) -> list[tuple[int, int, Document]]:
        """(deal number that brought it, place, quote or line item) of all that is on offer in a deal."""
        return [
            (part, place, document)
            for part in self.parts(index)
            for place, document in enumerate(self.story(part).documents)
        ]
