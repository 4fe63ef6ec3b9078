"""One account: an organisation as Salesforce keeps it, with what has been changed since.

Holds which records there are and whether they may be seen; `index` finds them by their stamps, `rows` makes them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cached_property

from connectors.sandbox.model import DealTruth, Story
from connectors.sandbox.organisation import Organisation
from connectors.sandbox.salesforce.deal import Deal, Row
from connectors.sandbox.salesforce.index import StampIndex
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.plots import as_known
from connectors.sandbox.salesforce.rows import BUILDERS
from connectors.sandbox.salesforce.schema import OF_DEALS, SOBJECTS, Sobject
from connectors.sandbox.salesforce.told import saves
from connectors.sandbox.salesforce.users import Users, own_records
from connectors.sandbox.salesforce.words import SLOTS, number_of, record_id
from connectors.sandbox.workdays import DAY
from connectors.sandbox.world import KEPT_STORIES, World

YEARS_AGO = 5 * 365 * DAY


class Org(World):
    """One account."""

    def __init__(
        self,
        organisation: Organisation,
        knobs: Knobs,
        clock: Callable[[], float] = time.monotonic,
        keep: int = KEPT_STORIES,
    ) -> None:
        super().__init__(organisation, clock, keep)
        self.knobs = knobs
        self.users = Users(self.crew)
        self.moved: dict[int, int] = {}
        """When a deal was deleted or restored by an edit, in seconds: its records moved with it."""
        self.index = StampIndex(self)
        self.pending: dict[int, tuple[float, Story | None]] = {}
        """Deals in a transaction that is not committed: when it will be (by the clock), and what is seen till then."""
        self._deals: dict[int, Deal] = {}

    def turn(self, knobs: Knobs) -> None:
        """Turn knobs; what is tracked and hidden may change, so the index begins anew."""
        self.knobs = knobs
        self._deals = {}
        self.index.forget()

    def deal_id(self, index: int) -> str:
        """The id of opportunity number `index`."""
        return record_id("Opportunity", index)

    def number(self, deal_id: str) -> int:
        """The deal number behind an opportunity's id. Raises ValueError."""
        return number_of("Opportunity", deal_id)

    def changed(self, index: int, before: Story | None) -> None:
        """A merged deal keeps its own history here; deleting and restoring takes all records of a deal along."""
        story = self.story(index)
        if self.knobs.commit_seconds:
            seen = self.pending[index][1] if index in self.pending else before
            self.pending[index] = (self.clock() + self.knobs.commit_seconds, seen)
        self._forget(index)
        if before is not None and story.merged_at == self.last_edit and story.plot == "merged_by_edit":
            story.fields, story.created = deepcopy(before.fields), before.created
        was = before is not None and (before.archived_at, before.merged_into) != (story.archived_at, story.merged_into)
        if was:
            self.moved[index] = self.last_edit // 1000

    def settle(self) -> None:
        """Let everybody see what was committed meanwhile."""
        with self.lock:
            for index in [index for index, (due, _) in self.pending.items() if self.clock() >= due]:
                del self.pending[index]
                self._forget(index)

    def _forget(self, index: int) -> None:
        for part in self.parts(index):
            self._deals.pop(part, None)
        self.index.changed(index)

    def seen(self, index: int) -> Story | None:
        """A deal as it can be seen; None for one that is not committed yet, or deleted for good."""
        story = self.pending[index][1] if index in self.pending else self.story(index)
        return None if story is None or story.merged_into == index else story

    def touch_everything(self) -> None:
        """All opportunities get one SystemModstamp; the index begins anew."""
        super().touch_everything()
        self._deals = {}
        self.index.forget()

    def truth(self) -> Iterator[DealTruth]:
        """The truth, as far as Salesforce can tell it."""
        for index, deal in enumerate(super().truth()):
            yield as_known(deal, self.story(index))

    # -- records ----------------------------------------------------------------------------------------------

    @property
    def present(self) -> int:
        """The account's present in seconds: its organisation's, or the last edit."""
        return max(self.now, self.last_edit) // 1000

    @cached_property
    def own(self) -> dict[str, list[Row]]:
        """The records that belong to no deal."""
        return own_records(self.users, (self.now - YEARS_AGO) // 1000)

    def sobject(self, name: str) -> Sobject | None:
        """An object that may be read, its name written in any case, with the fields that may be seen."""
        found = next((thing for key, thing in SOBJECTS.items() if key.lower() == name.lower()), None)
        if found is None or found.name in self.knobs.missing_objects:
            return None
        prefix = found.name + "."
        hidden = {text.removeprefix(prefix) for text in self.knobs.missing_fields if text.startswith(prefix)}
        if not hidden:
            return found
        shown = {field: kind for field, kind in found.fields.items() if field not in hidden}
        return replace(found, fields=shown, paths={k: v for k, v in found.paths.items() if k not in hidden})

    def records(self, kind: str, index: int) -> list[tuple[int, Row]]:
        """The records of an object that deal number `index` brought in, with their numbers; deleted ones among them."""
        if kind not in OF_DEALS:
            is_hidden = kind == "PermissionSetAssignment" and not self.knobs.view_all
            return [] if is_hidden else list(enumerate(self.own[kind]))
        story = self.seen(index)
        if story is None or self.seen(self._home(index)) is None:
            return []
        base = index if kind == "Opportunity" else index * SLOTS
        made = BUILDERS[kind](self.deal(index, story))
        if kind == "OpportunityFieldHistory":
            hidden = self.knobs.untracked_fields
            made = (item for item in made if self.knobs.history_tracking and item[1]["Field"] not in hidden)
        return [(base + place, row) for place, row in made]

    def rows(self, kind: str, numbers: Sequence[int]) -> Iterator[tuple[int, Row]]:
        """Records by their numbers, in that order; those that are gone meanwhile are left out."""
        slots = (1 if kind == "Opportunity" else SLOTS) if kind in OF_DEALS else len(self.own[kind])
        wanted = set(numbers)
        found: dict[int, Row] = {}
        for index in sorted({number // slots for number in wanted}):
            found.update((number, row) for number, row in self.records(kind, index) if number in wanted)
        return ((number, found[number]) for number in numbers if number in found)

    def vanished(self) -> Iterator[tuple[int, int]]:
        """Deals that were deleted for good by edits, and when (seconds)."""
        for index, story in self.edited.items():
            if story.merged_into == index:
                yield index, story.touched_at // 1000

    def is_late(self, number: int) -> bool:
        """Whether the record was stamped long ago but has not appeared yet."""
        knobs = self.knobs
        if not knobs.late_every or number % knobs.late_every:
            return False
        return self.clock() - self.opened < knobs.late_seconds

    def deal(self, index: int, story: Story) -> Deal:
        """A deal with all that its records need."""
        kept = self._deals.get(index)
        if kept is not None:
            return kept
        home = self._home(index)
        gone_at = self.gone_at(index)
        deal = Deal(
            index=index,
            story=story,
            saves=saves(story),
            users=self.users,
            is_gone=gone_at is not None,
            moved=max(gone_at or 0, self.moved.get(index, 0)),
            home=home,
            home_is_gone=self.gone_at(home) is not None,
            home_moved=max(self.gone_at(home) or 0, *(self.moved.get(place, 0) for place in self._way(index, home))),
            now=self.present,
            discount_percent=self.knobs.discount_percent,
        )
        if len(self._deals) >= self.keep:
            self._deals = {}
        self._deals[index] = deal
        return deal

    def _home(self, index: int) -> int:
        """The deal that the activities and documents of deal number `index` belong to."""
        return self.survivor(index) if self.was_joined(index) and index not in self.pending else index

    def _way(self, index: int, home: int) -> Iterator[int]:
        """The deals that the activities of deal number `index` belonged to one after the other: no stamp goes back."""
        yield index
        while index != home:
            index = self.story(index).merged_into or home
            yield index

    def gone_at(self, index: int) -> int | None:
        """When a deal was deleted, in seconds; None while it lives. Deals of one merge went with it."""
        story = self.seen(index)
        if story is None:
            return None
        if story.archived_at is not None:
            return story.archived_at // 1000
        if story.merged_into is None:
            return None
        return (story.touched_at or self.story(story.merged_into).merged_at or story.modified) // 1000
