"""Reading one model: everything the first time, afterwards what was written since, always by ascending id.

Here belong the walk and its positions. The tracked changes, which need a second question, are tracking.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from connectors.contract import Page, Record
from connectors.http.ahead import Workers, chained
from connectors.odoo.api import OdooApi, Row, among
from connectors.odoo.catalogue import Domain, Model
from connectors.odoo.options import OdooOptions
from connectors.odoo.records import stamp, to_record

T = TypeVar("T")

IDS_AT_ONCE = 500
LISTED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class ModelReader:
    """Reads one model of one account."""

    api: OdooApi
    model: Model
    options: OdooOptions
    workers: Workers

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """All pages from `position` on. The walk goes by id, which no change of a row moves."""
        domain = self.since(synced_to)
        for rows in self.walk(domain, int(position.get("above", 0))):
            if not rows:
                yield Page([], {}, last=True)
                return
            yield Page(self.records(rows), {"above": rows[-1]["id"]})

    def since(self, synced_to: datetime | None) -> Domain:
        """The model's domain, and of what was written since.

        Always `>=`: Odoo keeps microseconds, shows seconds, and takes `>` for the next second, so that what is
        written later in the second of the last row would never be read.
        """
        if synced_to is None or self.model.since is None:
            return self.model.domain
        return [*self.model.domain, [self.model.since, ">=", stamp(synced_to - self.options.overlap)]]

    def walk(self, domain: Domain, above: int) -> Iterator[list[Row]]:
        """Rows in pages by ascending id up to and with an EMPTY page: Odoo leaves out rows that the user may not see
        after it has cut the page, so that a short page is not the last one.
        """
        return keyset(
            self.workers,
            lambda last: self.ordered(
                self.api.rows(self.model, [*domain, ["id", ">", last]], self.options.page_size), last
            ),
            above,
            lambda rows: rows[-1]["id"],
        )

    def ids(self) -> Iterator[str]:
        """Ids of all rows."""

        def page(last: int) -> list[int]:
            found = self.api.ids(self.model, [*self.model.domain, ["id", ">", last]], LISTED_AT_ONCE)
            self._rising(found, last, "search")
            return found

        for ids in keyset(self.workers, page, 0, lambda ids: ids[-1]):
            yield from map(str, ids)

    def read(self, ids: Sequence[str]) -> Iterator[Page]:
        """These rows again; what is gone, or no deal any more, is left out."""
        for begin in range(0, len(ids), IDS_AT_ONCE):
            chunk = [int(i) for i in ids[begin : begin + IDS_AT_ONCE]]
            yield Page(self.records(self.api.rows(self.model, [*self.model.domain, *among(chunk)])), {})

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """The records of rows."""
        return [to_record(row) for row in rows]

    def ordered(self, rows: list[Row], above: int) -> list[Row]:
        """The rows, if they rise from `above` on. Raises BadAnswer for a walk that would never end."""
        self._rising([row["id"] for row in rows], above, "search_read")
        return rows

    def _rising(self, ids: Sequence[int], above: int, method: str) -> None:
        if any(later <= earlier for earlier, later in zip((above, *ids), ids, strict=False)):
            raise self.api.bad(self.model.model, method, f"did not sort by id above {above}, so it would never end")


def keyset(
    workers: Workers, page: Callable[[int], list[T]], above: int, key: Callable[[list[T]], int]
) -> Iterator[list[T]]:
    """Pages of which each begins above the last row of the one before, up to and with an empty one."""
    return chained(
        workers,
        lambda last: page(last if last is not None else above),
        lambda found: key(found) if found else None,
        None,
    )
