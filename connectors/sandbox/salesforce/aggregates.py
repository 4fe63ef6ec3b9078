"""COUNT, MIN, MAX, SUM and AVG over records and groups of them, as the REST API writes their results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.salesforce.conditions import field_name
from connectors.sandbox.salesforce.deal import Row
from connectors.sandbox.salesforce.errors import malformed
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import Sobject
from connectors.sandbox.salesforce.soql import Item, Query
from connectors.sandbox.salesforce.words import rest_time


def aggregate(org: Org, query: Query, thing: Sobject, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """One AggregateResult per group."""
    by = [field_name(query, thing, name) for name in query.group]
    for item in query.items:
        if not item.function and field_name(query, thing, item.field) not in by:
            raise malformed(f"Field must be grouped or aggregated: {item.field}")
    groups: dict[tuple[Any, ...], list[Row]] = {} if by else {(): []}
    for _, row in org.rows(thing.name, numbers):
        groups.setdefault(tuple(row.get(name) for name in by), []).append(row)
    return [_result(query, thing, rows) for rows in groups.values()]


def _result(query: Query, thing: Sobject, rows: list[Row]) -> dict[str, Any]:
    shown: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
    nameless = 0
    for item in query.items:
        name = field_name(query, thing, item.field) if item.field else ""
        value = _calculated(item, name, rows) if item.function else rows[0].get(name)
        if value is not None and thing.type_of(name) == "datetime" and not item.function.startswith("COUNT"):
            value = rest_time(value)
        label = item.alias or name
        if item.function and not item.alias:
            label, nameless = f"expr{nameless}", nameless + 1
        shown[label] = value
    return shown


def _calculated(item: Item, name: str, rows: list[Row]) -> Any:
    if not name:
        return len(rows)
    found = [value for row in rows if (value := row.get(name)) is not None]
    match item.function:
        case "COUNT":
            return len(found)
        case "COUNT_DISTINCT":
            return len(set(found))
        case "MIN":
            return min(found, default=None)
        case "MAX":
            return max(found, default=None)
        case "SUM":
            return sum(found) if found else None
    return sum(found) / len(found) if found else None
