"""POST /crm/v3/objects/{kind}/search: filters, sorts, at most 200 a page and 10,000 in all, always a bit behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from connectors.sandbox.hubspot.errors import broken, invalid
from connectors.sandbox.hubspot.index import SearchIndex, id_of
from connectors.sandbox.hubspot.objects import page_size, show
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.wire import Answer
from connectors.sandbox.workdays import to_ms

MOST: Final = 200
CAP: Final = 10_000
FOREVER: Final = 1 << 42
STAMPS: Final = frozenset(("hs_lastmodifieddate", "lastmodifieddate"))
OPERATORS: Final = frozenset(("EQ", "GT", "GTE", "LT", "LTE"))


def search(portal: Portal, index: SearchIndex, kind: str, body: dict[str, Any]) -> Answer:
    """One page of the objects that match any group of filters."""
    limit = page_size(None if body.get("limit") is None else str(body["limit"]), 10, MOST)
    after = str(body.get("after") or "0")
    if not after.isdigit():
        raise invalid(f"Unable to parse value for after: {after}")
    offset = int(after)
    if offset + limit > CAP:
        raise invalid(f"Cannot retrieve more than {CAP} results: offset {offset}, limit {limit}")
    if body.get("propertiesWithHistory") or body.get("associations"):
        raise invalid("search gives neither propertiesWithHistory nor associations")
    rows = _matching(portal, index, kind, body.get("filterGroups") or [])
    rows = [row for row in rows if not portal.is_late(id_of(row))] if portal.knobs.late_every else rows
    page = _sorted(rows, body.get("sorts") or [])[offset : offset + limit]
    wanted = tuple(body.get("properties") or ())
    answer: dict[str, Any] = {"total": len(rows)}
    # The index may still list what was merged or archived a moment ago; such rows have nothing to show.
    answer["results"] = [show(portal, kind, id_of(r), wanted) for r in page if portal.exists(kind, id_of(r))]
    if portal.knobs.empty:
        return Answer(200, {"total": 0, "results": []})
    if offset + limit < len(rows):
        answer["paging"] = {"next": {"after": str(offset + limit)}}
    return Answer(200, answer)


def _sorted(rows: list[int], sorts: list[Any]) -> list[int]:
    if not sorts:
        return sorted(rows, key=id_of)
    first = sorts[0] if isinstance(sorts[0], dict) else {"propertyName": sorts[0]}
    name, down = first.get("propertyName"), first.get("direction") == "DESCENDING"
    if name in STAMPS:
        return rows[::-1] if down else rows
    if name != "hs_object_id":
        raise invalid(f"the sandbox sorts by hs_lastmodifieddate or hs_object_id, not by {name}")
    return sorted(rows, key=id_of, reverse=down)


def _matching(portal: Portal, index: SearchIndex, kind: str, groups: list[Any]) -> list[int]:
    if not groups:
        return index.rows(kind)
    found = [_of_group(portal, index, kind, group.get("filters") or []) for group in groups]
    return found[0] if len(found) == 1 else sorted(set().union(*found))


def _of_group(portal: Portal, index: SearchIndex, kind: str, filters: list[dict[str, Any]]) -> list[int]:
    stamps, ids, rest = (0, FOREVER), (0, FOREVER << 1), []
    for item in filters:
        name, operator = item.get("propertyName"), str(item.get("operator"))
        if operator not in OPERATORS or item.get("value") is None:
            raise invalid(f"the sandbox does not know the filter {name} {operator} {item.get('value')}")
        if name in STAMPS:
            stamps = _narrowed(stamps, operator, _moment(str(item["value"])))
        elif name == "hs_object_id":
            ids = _narrowed(ids, operator, int(item["value"]))
        else:
            rest.append(item)
    rows = index.between(kind, *stamps)
    if ids != (0, FOREVER << 1):
        rows = [row for row in rows if ids[0] <= id_of(row) < ids[1]]
    for item in rest:
        rows = _by_value(portal, kind, rows, item)
    return rows


def _narrowed(bounds: tuple[int, int], operator: str, value: int) -> tuple[int, int]:
    low, high = bounds
    if operator in ("EQ", "GTE", "GT"):
        low = max(low, value + (operator == "GT"))
    if operator in ("EQ", "LTE", "LT"):
        high = min(high, value + (operator != "LT"))
    return low, high


def _by_value(portal: Portal, kind: str, rows: list[int], item: dict[str, Any]) -> list[int]:
    name, value = str(item["propertyName"]), str(item["value"])
    if item["operator"] != "EQ":
        raise invalid(f"the sandbox compares {name} with EQ only")
    if kind == "deals" and name == "hs_is_closed":
        return [row for row in rows if row & 1 == (value == "true")]
    return [row for row in rows if show(portal, kind, id_of(row), (name,))["properties"].get(name) == value]


def _moment(text: str) -> int:
    """A moment in milliseconds or as text; a bound of 0 makes HubSpot fail, and so do we."""
    if text.isdigit():
        if int(text) == 0:
            raise broken()
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"{text} was not a valid long or date") from error
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
