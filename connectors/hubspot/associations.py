"""Associations of one kind of object with another, a thousand objects at a time.

Here belongs how their answers become pages and records. Whose associations are read is whose.py's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

import orjson

from connectors.contract import Page, Record
from connectors.http.ahead import in_order
from connectors.hubspot.api import ASSOCIATIONS_PAGE
from connectors.hubspot.catalogue import Pair
from connectors.hubspot.links import links
from connectors.hubspot.whose import Whose


@dataclass(slots=True)
class AssociationReader:
    """Reads one pair."""

    pair: Pair
    whose: Whose

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """All pages of the stream from `position` on, by ascending id of the object."""
        ids = self.whose.ids(synced_to)
        above = int(position.get("above", 0))
        rest = (str(ids[place]) for place in range(bisect_right(ids, above), len(ids)))
        # That an object has none is told only to who may remember some from before.
        for chunk, records in self._chunks(rest, with_empty=synced_to is not None):
            above = int(chunk[-1])
            yield Page(records, {"above": above})
        yield Page([], {"above": above}, last=True)

    def read(self, ids: Iterable[str]) -> Iterator[Page]:
        """Read the associations of these lake ids (source:target:object) again."""
        objects = (identity.rsplit(":", 1)[-1] for identity in ids)
        for chunk, records in self._chunks(objects, with_empty=True):
            yield Page(records, {"above": int(chunk[-1])})

    def _chunks(self, ids: Iterator[str], *, with_empty: bool) -> Iterator[tuple[list[str], list[Record]]]:
        chunks: list[list[str]] = []

        def jobs() -> Iterator[Callable[[], list[Record]]]:
            while chunk := list(islice(ids, ASSOCIATIONS_PAGE)):
                chunks.append(chunk)
                yield partial(self._ask, chunk, with_empty=with_empty)

        for records in in_order(self.whose.workers, jobs(), self.whose.options.threads):
            yield chunks.pop(0), records

    def _ask(self, ids: Sequence[str], *, with_empty: bool) -> list[Record]:
        results = links(self.whose.api, self.pair, ids)
        if with_empty:
            for identity in ids:
                results.setdefault(identity, {"from": {"id": identity}, "to": []})
        return [
            Record(f"{self.pair.source}:{self.pair.target}:{identity}", orjson.dumps(result).decode())
            for identity, result in results.items()
        ]
