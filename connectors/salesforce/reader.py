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
from connectors.salesforce.records import literal, moment, rest_row, to_id, to_record
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
    listed_rows: int | None = None
    """Rows of an object that was just listed whole: a count of it would ask the same once more."""

    def pages(self, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        """All pages of the stream from `position` on."""
        now = self.walk.clock()
        start = self._deletions_from(position, synced_to, now)
        if position.get("phase") != "deleted":
            since = self._since(synced_to)
            self._ask_together(position, since, start, now)
            rows = 0
            for records, where in self.walk.rows(position, since):
                rows += len(records)
                self.met_deleted.update(record.id for record in records if record.is_deleted)
                yield Page(records, {"phase": "rows", **where})
            # Each query's rows were held against the number that Salesforce gave for the very same question.
            self.listed_rows = rows if self.walk.thing.listed and not position else None
        if start is not None:
            for records, covered in self._deleted(start, now):
                yield Page(records, {"phase": "deleted", "start": covered})
        yield Page([], {"phase": "end"}, last=True)

    def read(self, field_name: str, ids: Sequence[str]) -> Iterator[Page]:
        """The records whose `field_name` is one of these ids; what no longer exists is left out."""
        for records in self._among(field_name, ids):
            yield Page(records, {})

    def count(self) -> int:
        """Live records, archived activities included."""
        self.walk.fields.readable(self.walk.thing)
        if self.listed_rows is not None:
            counted, self.listed_rows = self.listed_rows, None
            return counted
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
            yield from (to_id(row.get("Id"), walk.thing) for row in rows)

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

    def _ask_together(
        self, position: Mapping[str, Any], since: datetime | None, start: datetime | None, now: datetime
    ) -> None:
        """What changed, what was deleted and how many there are, in one call, at the beginning of a stream."""
        walk, api = self.walk, self.walk.api
        if position or walk.thing.listed or walk.fields.of(walk.thing).refused:
            return
        deletions = [] if start is None or now - start <= DELETED_LAG else [_deletions(walk.thing.name, start, now)]
        api.together.ask(
            [
                *walk.first_questions(since),
                *(api.asking_deleted(*window) for window in deletions),
                api.asking_query(count(walk.thing, live(walk.thing))),
            ]
        )

    def _deletions_from(
        self, position: Mapping[str, Any], synced_to: datetime | None, now: datetime
    ) -> datetime | None:
        """Since when deletions are to be asked for; None: everything is read anyway, or there is no list of them."""
        if synced_to is None or not self.walk.thing.replicated:
            return None
        deleting = position if position.get("phase") == "deleted" else {}
        start = moment(deleting.get("start")) or synced_to - DELETED_OVERLAP
        if start < now - DELETED_KEPT:
            self._note_gap(literal(now - DELETED_KEPT))
            return now - DELETED_KEPT
        return start

    def _deleted(self, start: datetime, now: datetime) -> Iterator[tuple[list[Record], str]]:
        """What was deleted since, with the deleted record's own words; each list goes on where the last was complete.

        A record that was removed for good is not there to be read; the count differs then, and the ids are compared.
        """
        walk = self.walk
        while now - start > DELETED_LAG:
            found = walk.api.deleted(*_deletions(walk.thing.name, start, now))
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


def _deletions(name: str, start: datetime, now: datetime) -> tuple[str, str, str]:
    """What to ask the list of deletions: the object, and a window of it."""
    return name, literal(start), literal(min(start + DELETED_WINDOW, now))
