"""Reading one object: everything the first time, afterwards what changed and what was deleted.

Here belong the phases of a stream, single records and ids. The walk over rows is walk.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Page, Record
from connectors.salesforce.catalogue import DEALS
from connectors.salesforce.records import literal, moment, rest_row, to_record
from connectors.salesforce.soql import among, chunks, count, live, select
from connectors.salesforce.walk import Walk, rest_pages

DELETED_WINDOW = timedelta(days=14, hours=23)
"""A list of deletions covers at most 15 days..."""
DELETED_KEPT = timedelta(days=29)
"""...and nothing that is more than 30 days old."""
DELETED_OVERLAP = timedelta(days=1)
"""The list runs behind; each increment begins so long before the last one did."""
DELETED_LAG = timedelta(minutes=20)


@dataclass(slots=True)
class ObjectReader:
    """Reads one object of one org."""

    walk: Walk
    met_deleted: set[str] = field(default_factory=set)

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """All pages of the stream from `position` on."""
        if synced_to is None or not self.walk.thing.replicated:
            for records, where in self.walk.rows(position, self._since(synced_to)):
                yield Page(records, {"phase": "rows", **where})
            yield Page([], {"phase": "end"}, last=True)
            return
        if position.get("phase") != "deleted":
            for records, where in self.walk.rows(position, self._since(synced_to)):
                self.met_deleted.update(record.id for record in records if record.is_deleted)
                yield Page(records, {"phase": "rows", **where})
            position = {}
        start = moment(position.get("start")) or synced_to - DELETED_OVERLAP
        for records, covered in self._deleted(start):
            yield Page(records, {"phase": "deleted", "start": covered})
        yield Page([], {"phase": "end"}, last=True)

    def read(self, field_name: str, ids: Sequence[str]) -> Iterator[Page]:
        """The records whose `field_name` is one of these ids; what no longer exists is left out."""
        for records in self._among(field_name, ids):
            yield Page(records, {})

    def count(self) -> int:
        """Live records, archived activities included."""
        self.walk.fields.readable(self.walk.thing)
        return self.walk.api.count(count(self.walk.thing, live(self.walk.thing)))

    def ids(self) -> Iterator[str]:
        """Ids of all live records."""
        walk, conditions = self.walk, live(self.walk.thing)
        if not walk.thing.listed and self.count() >= walk.options.bulk_from_rows:
            job = walk.bulk.begin(select(["Id"], walk.thing, conditions))
            for page, _ in walk.bulk.parts(job, None, 0):
                yield from (line[0] for line in page.lines)
            return
        query = select(["Id"], walk.thing, conditions, order=("Id",))
        for rows in rest_pages(walk.api, walk.api.query(query), query):
            yield from (str(row["Id"]) for row in rows)

    def formulas_due(self, synced_to: datetime) -> bool:
        """Whether a refresh of formula fields fell due since: they change without any date that says so."""
        every = self.walk.options.formula_refresh.total_seconds()
        formulas = self.walk.fields.readable(self.walk.thing).formulas if self.walk.thing.stream == DEALS else ()
        if not formulas or not every:
            return False
        return self.walk.clock().timestamp() // every != synced_to.timestamp() // every

    def _since(self, synced_to: datetime | None) -> datetime | None:
        if synced_to is None or self.walk.thing.listed:
            return None
        if self.formulas_due(synced_to):
            formulas = ", ".join(self.walk.fields.readable(self.walk.thing).formulas)
            self.walk.notes.add(
                self.walk.thing.stream,
                f"all deals were read again, since formula fields ({formulas}) change without a date that says so "
                "(options: formula_refresh_hours)",
            )
            return None
        return synced_to - self.walk.options.overlap

    def _among(self, field_name: str, ids: Sequence[str]) -> Iterator[list[Record]]:
        walk = self.walk
        selection = walk.fields.readable(walk.thing)
        bare = len(select(selection.names, walk.thing, [among(field_name, [])])) * 2
        for chunk in chunks(list(ids), bare):
            query = select(selection.names, walk.thing, [among(field_name, chunk)])
            for rows in rest_pages(walk.api, walk.api.query(query), query):
                yield [to_record(rest_row(row, selection), walk.thing) for row in rows]

    def _deleted(self, start: datetime) -> Iterator[tuple[list[Record], str]]:
        """What was deleted since, with the deleted record's own words; each list goes on where the last was complete.

        A record that was removed for good is not there to be read; the count differs then, and the ids are compared.
        """
        walk, now = self.walk, self.walk.clock()
        if start < now - DELETED_KEPT:
            self._note_gap(literal(now - DELETED_KEPT))
            start = now - DELETED_KEPT
        while now - start > DELETED_LAG:
            found = walk.api.deleted(walk.thing.name, literal(start), literal(min(start + DELETED_WINDOW, now)))
            earliest, covered = moment(found.earliest), moment(found.covered_to)
            if earliest and earliest > start:
                self._note_gap(literal(earliest))
            new = [identity for identity in found.ids if identity not in self.met_deleted]
            records = [record for chunk in self._among("Id", new) for record in chunk]
            # A list that does not get on has nothing more to tell tonight.
            start = covered if covered and covered > start else now
            yield records, literal(start)

    def _note_gap(self, earliest: str) -> None:
        self.walk.notes.add(
            self.walk.thing.stream,
            f"Salesforce lists deletions only since {earliest}; earlier ones are found by comparing ids",
        )
