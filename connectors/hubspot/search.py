"""Finding what changed: the search, walked by key so that neither its cap nor rows on the move lose anything.

Here belongs the walk. Its pages hold index copies of the objects, minutes behind and without history; what to do
with them is reader.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.hubspot.api import SEARCH_PAGE, HubSpotApi
from connectors.hubspot.catalogue import MODIFIED
from connectors.hubspot.records import Object, modified_ms

EARLIEST_MS = 1_072_915_200_000
"""2004, before HubSpot was; a lower bound of 0 makes the search fail with a 500."""


@dataclass(frozen=True, slots=True)
class Found:
    """One object and the position from which a walk finds everything after it (and perhaps it once more)."""

    thing: Object
    position: Mapping[str, Any]


def changed(
    api: HubSpotApi,
    kind: str,
    properties: tuple[str, ...],
    *,
    since_ms: int,
    before_ms: int | None = None,
    position: Mapping[str, Any] | None = None,
) -> Iterator[Found]:
    """Objects modified at or after `since_ms` (and before `before_ms`), oldest change first.

    Each page is a new question that begins where the last page ended, never a page number: a row that changes
    while we read moves to the end and would push another one over a page's edge. The search sorts by one property
    only, so a millisecond that fills a whole page is drained by id.
    """
    walk = _Walk(api, kind, properties, before_ms)
    at = max(since_ms, EARLIEST_MS, int((position or {}).get("at", 0)))
    above = (position or {}).get("above")
    while True:
        if above is not None:
            yield from walk.drain(at, int(above))
            at, above = at + 1, None
        page, more = walk.since(at)
        stamps = [modified_ms(thing) for thing in page]
        last = max(stamps, default=at)
        if not more:
            yield from (Found(thing, {"at": stamp}) for thing, stamp in zip(page, stamps, strict=True))
            return
        if last < at or (last == at and min(stamps) < at):
            raise api.bad(
                f"/crm/v3/objects/{kind}/search", f"answered with rows from before {at}, so it would never end"
            )
        # Rows of the last millisecond may go on on the next page: that one begins with them.
        yield from (Found(thing, {"at": s}) for thing, s in zip(page, stamps, strict=True) if s < last)
        if min(stamps) == last:
            above = 0
        at = last


@dataclass(frozen=True, slots=True)
class _Walk:
    api: HubSpotApi
    kind: str
    properties: tuple[str, ...]
    before_ms: int | None

    def since(self, at: int) -> tuple[list[Object], bool]:
        """The first page from a millisecond on, and whether there is more."""
        filters = [_filter(MODIFIED, "GTE", at)]
        if self.before_ms is not None:
            filters.append(_filter(MODIFIED, "LT", self.before_ms))
        answer = self.api.search(self.kind, filters, sort=MODIFIED, properties=self.properties)
        return answer.objects, answer.after is not None

    def drain(self, at: int, above: int) -> Iterator[Found]:
        """All objects of one millisecond, by ascending id."""
        while True:
            filters = [_filter(MODIFIED, "GTE", at), _filter(MODIFIED, "LT", at + 1)]
            if above > 0:
                filters.append(_filter("hs_object_id", "GT", above))
            answer = self.api.search(self.kind, filters, sort="hs_object_id", properties=self.properties)
            ids = [int(thing["id"]) for thing in answer.objects]
            for thing, number in zip(answer.objects, ids, strict=True):
                yield Found(thing, {"at": at, "above": number})
            if answer.after is None:
                return
            highest = max(ids, default=above)
            if highest <= above:
                raise self.api.bad(
                    f"/crm/v3/objects/{self.kind}/search", f"repeats ids up to {above}, so it would never end"
                )
            above = highest


def open_ids(api: HubSpotApi, kind: str, most: int) -> tuple[list[str], int]:
    """Ids of open deals, last changed first, up to `most`; and how many there are in all."""
    ids: list[str] = []
    after: str | None = None
    total = 0
    filters = [{"propertyName": "hs_is_closed", "operator": "EQ", "value": "false"}]
    while len(ids) < most:
        answer = api.search(
            kind,
            filters,
            sort=MODIFIED,
            properties=("hs_object_id",),
            descending=True,
            limit=min(SEARCH_PAGE, most - len(ids)),
            after=after,
        )
        ids += [thing["id"] for thing in answer.objects]
        total, after = answer.total or 0, answer.after
        if after is None or not answer.objects:
            break
    return ids[:most], total


@dataclass(frozen=True, slots=True)
class Ids:
    """Some ids in rising order, and whether there are more above the last."""

    ids: list[str]
    more: bool

    @property
    def last(self) -> str:
        """The highest of them."""
        return self.ids[-1]


def ids_above(api: HubSpotApi, kind: str, above: str | None) -> Ids:
    """The next ids of live objects above one, as far as the search knows them."""
    filters = [_filter("hs_object_id", "GT", int(above or 0))] if above else []
    answer = api.search(kind, filters, sort="hs_object_id", properties=("hs_object_id",))
    return Ids([thing["id"] for thing in answer.objects], answer.after is not None and bool(answer.objects))


def total(api: HubSpotApi, kind: str) -> int:
    """How many live objects of a kind there are."""
    return api.search(kind, [], sort="hs_object_id", properties=("hs_object_id",), limit=1).total or 0


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
