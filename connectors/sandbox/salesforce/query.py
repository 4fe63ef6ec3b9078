"""Answering SOQL: which records match, and a page of them as the REST API writes it.

Cursors of unfinished answers are kept by `Queries`, one per account. The Bulk API asks here too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from connectors.sandbox.salesforce.aggregates import aggregate
from connectors.sandbox.salesforce.conditions import Plan, field_name, plan
from connectors.sandbox.salesforce.deal import Row
from connectors.sandbox.salesforce.errors import no_such_type, not_found, query_timeout, refused
from connectors.sandbox.salesforce.index import number_in
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import OF_DEALS, Sobject
from connectors.sandbox.salesforce.soql import Query, parse
from connectors.sandbox.salesforce.words import SLOTS, number_of, record_id, rest_time
from connectors.sandbox.wire import Answer

T = TypeVar("T")
LEAST_PAGE: Final = 200
MOST_CURSORS: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What a query means: its object, the columns in their own spelling, and the records that match, by number."""

    query: Query
    thing: Sobject
    columns: tuple[str, ...]
    numbers: list[int]

    @property
    def is_count(self) -> bool:
        """Whether only the number of records is asked for."""
        return [(item.function, item.field) for item in self.query.items] == [("COUNT", "")]

    @property
    def is_aggregate(self) -> bool:
        """Whether groups of records are asked for."""
        return bool(self.query.group) or any(item.function for item in self.query.items)


def find(org: Org, text: str, *, with_deleted: bool) -> Found:
    """Find what a query means. Raises Salesforce's refusals."""
    query = parse(text)
    thing = org.sobject(query.kind)
    if thing is None:
        raise no_such_type(query.kind)
    columns = tuple(field_name(query, thing, item.field) if item.field else "" for item in query.items)
    for name in (*query.group, *(name for name, _ in query.order)):
        field_name(query, thing, name)
    with org.lock:
        org.settle()
        numbers = [] if org.knobs.empty else _matching(org, thing, plan(query, thing), with_deleted=with_deleted)
        if org.knobs.query_timeout_rows and len(numbers) > org.knobs.query_timeout_rows:
            raise query_timeout()
        numbers = _ordered(org, query, thing, numbers)
    found = Found(query, thing, columns, numbers)
    return found if found.is_aggregate and not found.is_count else replace(found, numbers=_cut(numbers, query))


def _cut(things: list[T], query: Query) -> list[T]:
    """What LIMIT and OFFSET leave."""
    return things[query.offset : None if query.limit is None else query.offset + query.limit]


def _matching(org: Org, thing: Sobject, wanted: Plan, *, with_deleted: bool) -> list[int]:
    """Numbers of the records that match, in the order of stamp and number."""
    tests = list(wanted.tests)
    entries: Iterable[int]
    if wanted.ids is None:
        entries = org.index.between(thing.name, wanted.low, wanted.high)
    elif thing.name in OF_DEALS:
        entries = org.index.of_deals(thing.name, _deals(org, thing, wanted), wanted.low, wanted.high)
    else:
        entries = org.index.between(thing.name, wanted.low, wanted.high)
    if wanted.ids is not None:
        name, listed = (thing.parent or "") if wanted.of_parents else "Id", {text[:15] for text in wanted.ids}
        tests.append(lambda row: row[name][:15] in listed)
    numbers = [number_in(entry) for entry in entries if with_deleted or not entry & 1]
    if org.knobs.late_every:
        numbers = [number for number in numbers if not org.is_late(number)]
    if not tests:
        return numbers
    kept = {number for number, row in org.rows(thing.name, numbers) if all(test(row) for test in tests)}
    return [number for number in numbers if number in kept]


def _deals(org: Org, thing: Sobject, wanted: Plan) -> set[int]:
    """The deals whose records can have the wanted ids."""
    kind = "Opportunity" if wanted.of_parents else thing.name
    found: set[int] = set()
    for text in wanted.ids or ():
        try:
            number = number_of(kind, text)
        except ValueError:
            continue
        index = number if kind == "Opportunity" else number // SLOTS
        if 0 <= index < org.deals:
            found.update(org.parts(index) if wanted.of_parents else (index,))
    return found


def _ordered(org: Org, query: Query, thing: Sobject, numbers: list[int]) -> list[int]:
    """In the order asked for; else by number. Numbers come ordered by stamp and number."""
    order = [(field_name(query, thing, name), descending) for name, descending in query.order]
    if order in ([(thing.stamp, False)], [(thing.stamp, False), ("Id", False)]):
        return numbers
    numbers = sorted(numbers)
    if not order or order == [("Id", False)]:
        return numbers
    rows = dict(org.rows(thing.name, numbers))
    for name, descending in reversed(order):
        # Without NULLS LAST, nothing comes before something.
        numbers.sort(key=lambda number: _key(rows[number].get(name)), reverse=descending)
    return numbers


def _key(value: Any) -> tuple[bool, Any]:
    return (value is not None, 0 if value is None else value)


class Queries:
    """One account's queries over REST: first pages and what follows them."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self._cursors: dict[str, Found] = {}
        self._made = 0
        self._lock = threading.Lock()

    def first(self, text: str, version: str, headers: Mapping[str, str], *, with_deleted: bool) -> Answer:
        """The first page of a query's answer."""
        found = find(self.org, text, with_deleted=with_deleted)
        if found.is_count:
            return Answer(200, {"totalSize": len(found.numbers), "done": True, "records": []})
        if found.is_aggregate:
            groups = _cut(aggregate(self.org, found.query, found.thing, found.numbers), found.query)
            return Answer(200, {"totalSize": len(groups), "done": True, "records": groups})
        size = self._page_size(headers)
        if len(found.numbers) <= size:
            return self._page(found, "", 0, size, version)
        with self._lock:
            self._made += 1
            cursor = record_id("QueryCursor", self._made)
            self._cursors[cursor] = found
            while len(self._cursors) > MOST_CURSORS:
                del self._cursors[next(iter(self._cursors))]
        return self._page(found, cursor, 0, size, version)

    def following(self, locator: str, version: str, headers: Mapping[str, str]) -> Answer:
        """A further page, by the end of its `nextRecordsUrl`: cursor and place."""
        cursor, _, place = locator.partition("-")
        found = self._cursors.get(cursor)
        if found is None or not place.isdigit():
            raise refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(found, cursor, int(place), self._page_size(headers), version)

    def _page_size(self, headers: Mapping[str, str]) -> int:
        """2,000, or what the client wants if that is less; the knob is the last word."""
        wanted = headers.get("sforce-query-options", "").lower().replace(" ", "").partition("batchsize=")[2]
        most = self.org.knobs.page_size
        return min(most, max(LEAST_PAGE, int(wanted))) if wanted.isdigit() else most

    def _page(self, found: Found, cursor: str, start: int, size: int, version: str) -> Answer:
        end = start + size
        base = f"/services/data/{version}"
        with self.org.lock:
            rows = self.org.rows(found.thing.name, found.numbers[start:end])
            records = [record(row, found.thing, found.columns, base) for _, row in rows]
        body: dict[str, Any] = {"totalSize": len(found.numbers), "done": end >= len(found.numbers)}
        if not body["done"]:
            body["nextRecordsUrl"] = f"{base}/query/{cursor}-{end}"
        body["records"] = records
        return Answer(200, body)


def one(org: Org, name: str, identifier: str, fields: str, base: str) -> Answer:
    """GET /sobjects/{name}/{id}: one record, deleted or not."""
    thing = org.sobject(name)
    if thing is None or not identifier.isalnum():
        raise not_found()
    selected = fields or ",".join(thing.fields)
    found = find(org, f"SELECT {selected} FROM {thing.name} WHERE Id = '{identifier}'", with_deleted=True)
    rows = [row for _, row in org.rows(thing.name, found.numbers)]
    if not rows:
        raise not_found()
    return Answer(200, record(rows[0], thing, found.columns, base))


def record(row: Row, thing: Sobject, columns: Iterable[str], base: str) -> dict[str, Any]:
    """A record as the REST API writes it, fields of related records nested."""
    shown: dict[str, Any] = {"attributes": {"type": thing.name, "url": f"{base}/sobjects/{thing.name}/{row['Id']}"}}
    for column in columns:
        value = row.get(column)
        if "." in column:
            _nest(shown, column.split("."), value)
        else:
            shown[column] = rest_time(value) if value is not None and thing.fields[column] == "datetime" else value
    return shown


def _nest(shown: dict[str, Any], path: list[str], value: Any) -> None:
    """A related record's field; without a related record the relation itself is null."""
    *relations, name = path
    for relation in relations:
        if value is None and not shown.get(relation):
            shown[relation] = None
            return
        if not shown.get(relation):
            kind = {"What": "Name", "Who": "Name", "Owner": "User", "CreatedBy": "User"}.get(relation, relation)
            shown[relation] = {"attributes": {"type": kind}}
        shown = shown[relation]
    shown[name] = value
