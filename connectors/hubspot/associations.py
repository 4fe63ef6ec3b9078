"""Associations of one kind of object with another, a thousand objects at a time.

Here belongs which objects are asked and how their answers become records. That they are read again on a window,
because associations move no date of modification, is decided here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

import orjson

from connectors.contract import Page, Record
from connectors.http.ahead import Workers, chained, in_order
from connectors.hubspot.api import ASSOCIATIONS_PAGE, HubSpotApi
from connectors.hubspot.catalogue import ObjectKind, Pair
from connectors.hubspot.notes import Notes
from connectors.hubspot.options import HubSpotOptions
from connectors.hubspot.records import milliseconds
from connectors.hubspot.search import changed, open_ids
from connectors.hubspot.seen import SeenIds, numbers

WINDOW_MOST = 10_000
"""More ids of the window than this are not worth the search's five requests a second."""


@dataclass(slots=True)
class AssociationReader:
    """Reads one pair. `seen` are the ids of the source objects that this pass met."""

    api: HubSpotApi
    pair: Pair
    source: ObjectKind
    options: HubSpotOptions
    workers: Workers
    notes: Notes
    seen: SeenIds

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """Associations of all objects, or of those that changed lately, by ascending id of the object."""
        above = int(position.get("above", 0))
        ids = [number for number in self._ids(synced_to) if number > above]
        # An object without any is told only to who may remember some from before.
        for chunk, records in self._chunks(map(str, ids), with_empty=synced_to is not None):
            yield Page(records, {"above": int(chunk[-1])})
        yield Page([], {"above": ids[-1] if ids else above}, last=True)

    def read(self, ids: Sequence[str]) -> Iterator[Page]:
        """Read the associations of these lake ids (source:target:object) again."""
        objects = (identity.rsplit(":", 1)[-1] for identity in ids)
        for chunk, records in self._chunks(objects, with_empty=True):
            yield Page(records, {"above": int(chunk[-1])})

    def _ids(self, synced_to: datetime | None) -> list[int]:
        met = self.seen.all_since(synced_to)
        if synced_to is None:
            return sorted(set(met if met is not None else self._listed()))
        ids = set(met if met is not None else self._found(synced_to))
        return sorted(ids | self._window(synced_to))

    def _listed(self) -> Iterator[int]:
        # Only after a restart between the objects and their associations.
        for page in chained(self.workers, partial(self.api.list_ids, self.source.name), lambda page: page.after, None):
            yield from numbers(thing["id"] for thing in page.objects)

    def _found(self, synced_to: datetime) -> Iterable[int]:
        since = milliseconds(synced_to - self.options.overlap)
        found = changed(self.api, self.source.name, ("hs_lastmodifieddate",), since_ms=since)
        again = open_ids(self.api, self.source.name, self.options.open_deals_reread)[0] if self.source.has_open else []
        return numbers([*(item.thing["id"] for item in found), *again])

    def _window(self, synced_to: datetime) -> set[int]:
        until = synced_to - self.options.overlap
        since = milliseconds(until - self.options.association_window)
        if since >= milliseconds(until):
            return set()
        walk = changed(
            self.api, self.source.name, ("hs_lastmodifieddate",), since_ms=since, before_ms=milliseconds(until)
        )
        ids = set(numbers(item.thing["id"] for item in islice(walk, WINDOW_MOST)))
        if len(ids) == WINDOW_MOST:
            self.notes.add(
                self.pair.stream,
                f"more than {WINDOW_MOST} {self.source.name} changed within the association window; an association "
                "that was added to another one of them is seen when that one changes",
            )
        return ids

    def _chunks(self, ids: Iterator[str], *, with_empty: bool) -> Iterator[tuple[list[str], list[Record]]]:
        chunks: list[list[str]] = []

        def jobs() -> Iterator[Callable[[], list[Record]]]:
            while chunk := list(islice(ids, ASSOCIATIONS_PAGE)):
                chunks.append(chunk)
                yield partial(self._ask, chunk, with_empty=with_empty)

        for n, records in enumerate(in_order(self.workers, jobs(), self.options.threads)):
            yield chunks[n], records

    def _ask(self, ids: Sequence[str], *, with_empty: bool) -> list[Record]:
        """One batch, with the further pages of objects that have very many associations."""
        path = f"/crm/v4/associations/{self.pair.source}/{self.pair.target}/batch/read"
        whole: dict[str, dict[str, Any]] = {}
        inputs: list[dict[str, str]] = [{"id": identity} for identity in ids]
        asked: set[tuple[str, str]] = set()
        while inputs:
            results = self.api.associations(self.pair, inputs)
            inputs = []
            for result in results:
                identity, to, after = _parts(result)
                if identity is None:
                    raise self.api.bad(path, "gave associations without saying of what")
                whole.setdefault(identity, {"from": result["from"], "to": []})["to"] += to
                if after is not None:
                    if (identity, after) in asked:
                        raise self.api.bad(path, f"repeats the page after {after!r} of {identity}")
                    asked.add((identity, after))
                    inputs.append({"id": identity, "after": after})
        if with_empty:
            for identity in ids:
                whole.setdefault(identity, {"from": {"id": identity}, "to": []})
        return [
            Record(f"{self.pair.source}:{self.pair.target}:{identity}", orjson.dumps(result).decode())
            for identity, result in whole.items()
        ]


def _parts(result: Mapping[str, Any]) -> tuple[str | None, list[Any], str | None]:
    """The object's id, its associations, and the cursor of the rest."""
    source, to, paging = result.get("from"), result.get("to"), result.get("paging")
    identity = source.get("id") if isinstance(source, Mapping) else None
    following = paging.get("next") if isinstance(paging, Mapping) else None
    after = following.get("after") if isinstance(following, Mapping) else None
    return (
        None if identity is None else str(identity),
        to if isinstance(to, list) else [],
        None if after in (None, "") else str(after),
    )
