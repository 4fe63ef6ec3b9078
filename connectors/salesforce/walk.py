"""Walking one object over windows of time: REST pages for few rows, a Bulk job for many, smaller windows on time-out.

Here belong the walk and its positions. What else a stream needs (deletions) is reader.py's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import BadAnswer, Clock, ConnectorError, CredentialsError, MissingScopeError, Record
from connectors.http.paging import Onward
from connectors.salesforce.api import RestPage, SalesforceApi
from connectors.salesforce.bulk import BulkJobs
from connectors.salesforce.catalogue import SalesforceObject
from connectors.salesforce.fields import Fields, Selection
from connectors.salesforce.notes import Notes
from connectors.salesforce.options import SalesforceOptions
from connectors.salesforce.records import Row, bulk_rows, literal, moment, rest_row, to_record
from connectors.salesforce.refusals import CursorGone, FieldRefused, QueryTimeout
from connectors.salesforce.soql import Window, fits, select
from connectors.salesforce.together import Question

Position = Mapping[str, Any]
EARLIEST = datetime(1999, 1, 1, tzinfo=UTC)
"""Before Salesforce was."""
SMALLEST = timedelta(seconds=1)
MOST_SETBACKS = 3


@dataclass(slots=True)
class Walk:
    """The walk over one object."""

    api: SalesforceApi
    thing: SalesforceObject
    fields: Fields
    bulk: BulkJobs
    options: SalesforceOptions
    notes: Notes
    clock: Clock

    def rows(self, position: Position, since: datetime | None) -> Iterator[tuple[list[Record], Position]]:
        """Records and where the walk stands after them, in half-open windows from `since` on (None: everything)."""
        windows = [Window(*ends) for ends in position.get("windows") or [[literal(since) if since else None, None]]]
        cursor: Position = {name: value for name, value in position.items() if name not in ("windows", "phase")}
        setbacks = 0
        while windows:
            try:
                for records, cursor in self._window(windows[0], cursor):  # noqa: B020
                    setbacks = 0
                    yield records, {"windows": _listed(windows), **cursor}
            except QueryTimeout as timeout:
                self.api.together.forget()
                windows = [*self._halves(windows[0], cursor, timeout), *windows[1:]]
                cursor = {}
                continue
            except (FieldRefused, CursorGone) as setback:
                self.api.together.forget()
                setbacks += 1
                if setbacks > MOST_SETBACKS or (
                    isinstance(setback, FieldRefused) and not self.fields.again(self.thing)
                ):
                    raise
                # What a REST walk has read stays read; a job is begun anew, its rows are told by no order.
                cursor = {} if "job" in cursor else cursor
                continue
            windows, cursor = windows[1:], {}
            if windows:
                yield [], {"windows": _listed(windows)}

    def first_questions(self, since: datetime | None) -> list[Question]:
        """What `rows` will ask first, to be asked together with other questions; none for what goes in no address."""
        selection = self.fields.of(self.thing)
        query = self._query(Window(literal(since) if since else None), selection)
        return [] if selection.refused or not fits(query) else [self.api.asking_query(query)]

    def _query(self, window: Window, selection: Selection) -> str:
        stamp = self.thing.stamp
        return select(selection.names, self.thing, window.conditions(stamp), order=(stamp, "Id"))

    def _window(self, window: Window, cursor: Position) -> Iterator[tuple[list[Record], Position]]:
        selection = self.fields.readable(self.thing)
        stamp = self.thing.stamp
        if "end" in cursor:
            return
        if "job" in cursor:
            yield from self._job(cursor, selection)
            return
        if "at" in cursor:
            at = str(cursor["at"])
            same = select(selection.names, self.thing, [f"{stamp} = {at}", f"Id > '{cursor['id']}'"], order=("Id",))
            yield from self._pages(self.api.query(same), same, selection)
            later = [f"{stamp} > {at}", *Window(None, window.until).conditions(stamp)]
            query = select(selection.names, self.thing, later, order=(stamp, "Id"))
            yield from self._pages(self.api.query(query), query, selection)
            return
        conditions, query = window.conditions(stamp), self._query(window, selection)
        page = self._first_page(window, query)
        if page and (self.thing.listed or page.following is None or page.total < self.options.bulk_from_rows):
            yield from self._pages(page, query, selection)
        else:
            yield from self._job_or_pages(conditions, query, selection, page)

    def _first_page(self, window: Window, query: str) -> RestPage | None:
        """The first page, which also tells how many rows there are; None for what only a Bulk job can give."""
        if not fits(query) and not self.thing.listed:
            return None
        try:
            return self.api.query(query)
        except QueryTimeout:
            if self.thing.listed or window != Window():
                raise
            return None  # a job needs no order, which may be what took so long

    def _job_or_pages(
        self, conditions: Sequence[str], query: str, selection: Selection, page: RestPage | None
    ) -> Iterator[tuple[list[Record], Position]]:
        self.api.together.forget()  # a count that was asked before a long job says nothing afterwards
        try:
            job = self.bulk.begin(select(selection.names, self.thing, conditions))
        except ConnectorError as refusal:
            if refusal.retryable or isinstance(refusal, CredentialsError | MissingScopeError) or not fits(query):
                raise
            self.notes.add(
                self.thing.stream, f"the Bulk API did not take the query, so it was read in pages: {refusal}"
            )
            yield from self._pages(page or self.api.query(query), query, selection)
            return
        yield [], {"job": job, "rows": 0}
        yield from self._job({"job": job, "rows": 0}, selection)

    def _job(self, cursor: Position, selection: Selection) -> Iterator[tuple[list[Record], Position]]:
        job, locator, done = str(cursor["job"]), cursor.get("locator"), int(cursor.get("rows", 0))
        for page, rows in self.bulk.parts(job, locator, done):
            records = [to_record(row, self.thing) for row in bulk_rows(page.header, page.lines, selection)]
            yield records, {"job": job, "rows": rows, **({"locator": page.locator} if page.locator else {"end": True})}

    def _pages(self, page: RestPage, query: str, selection: Selection) -> Iterator[tuple[list[Record], Position]]:
        """Rows of a query in order; each page's last row is the place from which another query goes on."""
        for rows in rest_pages(self.api, page, query):
            found = [rest_row(row, selection) for row in rows]
            if found:
                yield [to_record(row, self.thing) for row in found], self._place(found[-1])

    def _place(self, row: Row) -> Position:
        if not row.get(self.thing.stamp):
            raise BadAnswer(f"Salesforce gave {self.thing.name} {row.get('Id')} without its {self.thing.stamp}")
        return {"at": row[self.thing.stamp], "id": row["Id"]}

    def _halves(self, window: Window, cursor: Position, timeout: QueryTimeout) -> list[Window]:
        """Two windows where one took too long; what was read of it is not read again."""
        since = str(cursor["at"]) if "at" in cursor else window.since
        low = moment(since) or EARLIEST
        high = moment(window.until) or self.clock() + timedelta(days=1)
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=middle.microsecond // 1000 * 1000)
        if middle - low < SMALLEST:
            raise type(timeout)(
                f"{timeout}. Even {self.thing.name} of one second ({literal(low)}) took too long: an administrator has "
                "to ask Salesforce for an index on the object."
            )
        self.notes.add(
            self.thing.stream, f"Salesforce took too long over {self.thing.name}; it was read in smaller parts"
        )
        return [Window(since, literal(middle)), Window(literal(middle), window.until)]


def rest_pages(api: SalesforceApi, page: RestPage, query: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Rows of a query, page by page. Raises BadAnswer when there are fewer than it counted, or pages repeat."""
    rows, total = 0, page.total
    onward = Onward(lambda what: BadAnswer(f"{api.session.account}: a query {what}: {query[:200]}"))
    while True:
        rows += len(page.rows)
        if rows > total or (page.following is None and rows < total):
            raise BadAnswer(f"{api.session.account}: a query counts {total} rows and gave {rows}: {query[:200]}")
        onward.check(page.following, (row.get("Id") for row in page.rows))
        yield page.rows
        if page.following is None:
            return
        page = api.more(page.following)


def _listed(windows: Sequence[Window]) -> list[list[str | None]]:
    return [[window.since, window.until] for window in windows]
