"""Whose associations a pass must read: of all objects the first time, later of those that may have other ones now.

Associations move no date of modification, so this is wider than what changed. Reading them is associations.py's.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from connectors.contract import ConnectorError, CredentialsError
from connectors.http.ahead import Workers
from connectors.hubspot.api import ASSOCIATIONS_PAGE, HubSpotApi
from connectors.hubspot.catalogue import CREATED, MERGED, MODIFIED, ObjectKind, Pair
from connectors.hubspot.links import links
from connectors.hubspot.listing import live_ids
from connectors.hubspot.notes import Notes
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.records import is_heir, milliseconds
from connectors.hubspot.search import changed, open_ids
from connectors.hubspot.seen import SeenIds, numbers

WINDOW_MOST = 10_000
"""More ids of the window than this are not worth the search's five requests a second."""


@dataclass(slots=True)
class Whose:
    """The ids of one kind of object whose associations are to be read. `seen` and `deals` are what this pass met."""

    api: HubSpotApi
    source: ObjectKind
    options: HubSpotOptions
    workers: Workers
    notes: Notes
    seen: SeenIds
    deals: SeenIds

    def ids(self, synced_to: datetime | None) -> array[int]:
        """Sorted; worked out once for all pairs of the source."""
        if self.seen.asked is None or self.seen.asked[0] != synced_to:
            self.seen.asked = (
                synced_to,
                array("q", sorted(self._all() if synced_to is None else self._later(synced_to))),
            )
        return self.seen.asked[1]

    def _all(self) -> set[int]:
        met = self.seen.all_since(None)
        return set(self._listed() if met is None else met)

    def _later(self, synced_to: datetime) -> set[int]:
        met = self.seen.all_since(synced_to)
        ids = set(self._found(synced_to) if met is None else met)
        ids |= self._window(synced_to)
        return ids if self.source.has_open else ids | self._of_heirs(synced_to)

    def _listed(self) -> Iterator[int]:
        # Only after a restart between the objects and their associations.
        yield from numbers(live_ids(self.api, self.workers, self.source.name))

    def _found(self, synced_to: datetime) -> Iterable[int]:
        since = milliseconds(synced_to - self.options.overlap)
        found = [item.thing["id"] for item in changed(self.api, self.source.name, (MODIFIED,), since_ms=since)]
        again = open_ids(self.api, self.source.name, self.options.open_deals_reread)[0] if self.source.has_open else []
        return numbers([*found, *again])

    def _window(self, synced_to: datetime) -> set[int]:
        until = synced_to - self.options.overlap
        since, before = milliseconds(until - self.options.association_window), milliseconds(until)
        if since >= before:
            return set()
        walk = changed(self.api, self.source.name, (MODIFIED,), since_ms=since, before_ms=before)
        ids = set(numbers(item.thing["id"] for item in islice(walk, WINDOW_MOST)))
        if len(ids) == WINDOW_MOST:
            self.notes.add(
                self.source.name,
                f"more than {WINDOW_MOST} {self.source.name} changed within the association window; an association "
                "that was added to another one of them is seen when that one changes",
            )
        return ids

    def _of_heirs(self, synced_to: datetime) -> set[int]:
        """A merge moves the parents' activities to a new deal, and who makes a deal may take along what was done
        before with its buyer; no date of theirs tells.
        """
        if self.deals.all_since(synced_to) is not None:
            heirs = iter(sorted(self.deals.heirs))
        else:
            since = synced_to - self.options.overlap
            walk = changed(self.api, "deals", (MODIFIED, MERGED, CREATED), since_ms=milliseconds(since))
            heirs = (item.thing["id"] for item in walk if is_heir(item.thing, since))
        ids: set[int] = set()
        try:
            while chunk := list(islice(heirs, ASSOCIATIONS_PAGE)):
                for result in links(self.api, Pair("deals", self.source.name), chunk).values():
                    ids.update(numbers(str(to.get("toObjectId")) for to in result["to"]))
        except CredentialsError:
            raise
        except ConnectorError as refusal:
            if refusal.retryable:
                raise
            # What is already there stays right for every deal that was not merged; that is worth a remark, no failure.
            self.notes.add(
                self.source.name,
                f"the {self.source.name} of merged and new deals could not be asked for, so older ones may still be "
                f"shown with the deals that were merged away, or be absent: {refusal}",
            )
        return ids
