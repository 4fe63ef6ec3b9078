"""Reading one kind of object: everything the first time, afterwards what changed, and always what was archived.

Here belong the phases of a stream and their positions. The walk of the search is search.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from connectors.contract import Page, Record
from connectors.http.ahead import Workers, in_order
from connectors.hubspot.api import SEARCH_PAGE, HubSpotApi
from connectors.hubspot.catalogue import ObjectKind
from connectors.hubspot.listing import Listing
from connectors.hubspot.notes import Notes
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.records import Object, is_heir, milliseconds, named_stages, to_record
from connectors.hubspot.search import Found, changed, open_ids
from connectors.hubspot.seen import SeenIds

Position = Mapping[str, Any]
Part = tuple[list[Record], Position | None]
"""Records and where their phase stands after them; None: it has ended."""


@dataclass(slots=True)
class ObjectReader:
    """Reads one kind of object of one account."""

    api: HubSpotApi
    kind: ObjectKind
    options: HubSpotOptions
    workers: Workers
    notes: Notes
    seen: SeenIds

    def pages(self, position: Position, synced_to: datetime | None) -> Iterator[Page]:
        """All pages of the stream from `position` on."""
        phases = self._phases(synced_to)
        names = list(phases)
        if position.get("phase") not in names:
            position = {}
        from_beginning = not position
        self.seen.begin()
        for name in names[names.index(position["phase"]) if position else 0 :]:
            for records, where in phases[name](position):
                if name != "archived":
                    self.seen.add(record.id for record in records)
                last = where is None and name == names[-1]
                if last and from_beginning:
                    self.seen.end(synced_to)
                following = {"phase": names[names.index(name) + 1]} if where is None and not last else {"phase": name}
                yield Page(records, {**following, **(where or {})}, last=last)
            position = {}

    def _phases(self, synced_to: datetime | None) -> dict[str, Callable[[Position], Iterator[Part]]]:
        if synced_to is None:
            return {"live": partial(self._listed, archived=False), "archived": partial(self._listed, archived=True)}
        found = self._changed_with_history if self.kind.history else self._changed
        phases: dict[str, Callable[[Position], Iterator[Part]]] = {"changed": partial(found, synced_to=synced_to)}
        if self.kind.has_open and self.options.open_deals_reread:
            phases["open"] = self._open
        # Archiving moves no date, so the whole (short: 90 days) list is read each time.
        phases["archived"] = partial(self._listed, archived=True)
        return phases

    def read(self, ids: Sequence[str]) -> Iterator[list[Record]]:
        """Read these ids again, outside the stream: a deal that only the counts found has associations too."""
        for records in self._read(ids):
            self.seen.add(record.id for record in records)
            self.seen.heirs.update(record.id for record in records)
            yield records

    def _read(self, ids: Sequence[str]) -> Iterator[list[Record]]:
        """These ids; what no longer exists is left out."""
        for things in in_order(self.workers, self._batches(iter(ids)), self.options.threads):
            yield self._records(things)

    def _listed(self, position: Position, *, archived: bool) -> Iterator[Part]:
        walk = Listing(self.api, self.kind, self.workers, archived, ahead=self.options.threads - 1)
        for page in walk.pages(position.get("after")):
            yield self._records(page.objects), None if page.after is None else {"after": page.after}

    def _walk(self, position: Position, synced_to: datetime, properties: tuple[str, ...]) -> Iterator[Found]:
        since = milliseconds(synced_to - self.options.overlap)
        return changed(self.api, self.kind.name, properties, since_ms=since, position=position)

    def _changed(self, position: Position, *, synced_to: datetime) -> Iterator[Part]:
        walk = self._walk(position, synced_to, self.kind.properties)
        read = int(position.get("read", 0))
        while found := list(islice(walk, SEARCH_PAGE)):
            read += len(found)
            yield self._records([item.thing for item in found]), {**found[-1].position, "read": read}
        yield [], None

    def _changed_with_history(self, position: Position, *, synced_to: datetime) -> Iterator[Part]:
        # The search has no history: it gives the ids, batch/read the objects.
        places: list[Position] = []

        def ids() -> Iterator[str]:
            for item in self._walk(position, synced_to, ("hs_object_id", "hs_lastmodifieddate")):
                places.append(item.position)
                yield item.thing["id"]

        before, read = int(position.get("read", 0)), 0
        for things in in_order(self.workers, self._batches(ids()), self.options.threads):
            read = min(read + self.kind.page_size, len(places))
            since = synced_to - self.options.overlap
            self.seen.heirs.update(thing["id"] for thing in things if is_heir(thing, since))
            yield self._records(things), {**places[read - 1], "read": before + read}
        yield [], None

    def _open(self, position: Position) -> Iterator[Part]:
        # Short, so it begins anew after a restart; `read` only tells its positions apart.
        read = int(position.get("read", 0))
        most = self.options.open_deals_reread
        ids, total = open_ids(self.api, self.kind.name, most)
        if total > len(ids):
            self.notes.add(
                self.kind.name,
                f"{total} deals are open and the {len(ids)} last changed were read again; a contact added to another "
                "one is seen when that deal changes (options: open_deals_reread)",
            )
        already = set(self.seen.recent())
        for records in self._read([i for i in ids if int(i) not in already]):
            read += len(records)
            yield records, {"read": read}
        yield [], None

    def _batches(self, ids: Iterator[str]) -> Iterator[Callable[[], list[Object]]]:
        while chunk := list(islice(ids, self.kind.page_size)):
            yield partial(self.api.batch_read, self.kind, chunk)

    def _records(self, things: Sequence[Object]) -> list[Record]:
        if self.kind.history:
            self.notes.watch_history(self.kind.name, things)
            for thing in things:
                self.seen.stages |= named_stages(thing)
        return [to_record(thing) for thing in things]
