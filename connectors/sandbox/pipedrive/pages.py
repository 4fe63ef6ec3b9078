"""Paging as Pipedrive does it: v2's cursor is a keyset in base64, the changelog's names a row, v1's is an offset."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

import orjson

from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.errors import invalid
from connectors.sandbox.pipedrive.shelf import ID_BITS, ID_MASK, pack
from connectors.sandbox.pipedrive.words import rfc3339
from connectors.sandbox.wire import Answer

MOST: Final = 500
USUAL: Final = 100
MOST_IDS: Final = 100
RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def page_size(query: Mapping[str, str], most: int = MOST) -> int:
    """The page size asked for, refused beyond the most."""
    limit = query.get("limit", str(USUAL))
    if not limit.isdigit() or not 1 <= int(limit) <= most:
        raise invalid(f"limit must be between 1 and {most}")
    return int(limit)


def whole(query: Mapping[str, str], name: str) -> int | None:
    """A parameter that is a whole number."""
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise invalid(f"{name} must be an integer")
    return int(text)


def ids(query: Mapping[str, str], name: str = "ids") -> set[int] | None:
    """A comma-separated list of ids."""
    if name not in query:
        return None
    texts = query[name].split(",")
    if len(texts) > MOST_IDS or not all(text.strip().isdigit() for text in texts):
        raise invalid(f"{name} must be a comma separated list of up to {MOST_IDS} ids")
    return {int(text) for text in texts}


def second(query: Mapping[str, str], name: str) -> int | None:
    """A moment in seconds since 1970; v2 takes no fraction."""
    text = query.get(name)
    if text is None:
        return None
    if not RFC3339.fullmatch(text):
        raise invalid(f"{name} must be in RFC3339 format, e.g. 2025-01-01T10:20:00Z")
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def encode(content: bytes) -> str:
    """A cursor."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(cursor: str) -> bytes:
    """What a cursor says; refused when it is none."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise invalid("Invalid cursor") from error


def listing(
    company: Company,
    query: Mapping[str, str],
    kind: str,
    orders: Sequence[str],
    matching: Callable[[int], bool],
    show: Callable[[int], dict[str, Any]],
) -> Answer:
    """One page of deals or activities in the order asked for; `matching` and `show` take ids."""
    limit = page_size(query)
    sort_by, direction = order_of(query, orders)
    low, high = second(query, "updated_since"), second(query, "updated_until")
    wanted = range_of(low, high)
    with company.lock:
        after = _after(company, query, sort_by, direction)
        found: list[tuple[int, int]] = []
        rows = company.shelf.rows(kind, sort_by)
        narrow = sort_by == "update_time"
        for row in _walk(rows, after, direction, (low, high) if narrow else (None, None)):
            identifier = row & ID_MASK
            if not matching(identifier) or not (narrow or wanted is None or wanted(company, kind, identifier)):
                continue
            found.append((row >> ID_BITS, identifier))
            if len(found) > limit:
                break
        shown = [] if company.knobs.empty else [show(identifier) for _, identifier in found[:limit]]
        cursor = None
        if len(found) > limit and shown:
            cursor = _cursor(company, query, sort_by, direction, found[limit - 1])
    return Answer(200, {"success": True, "data": shown, "additional_data": {"next_cursor": cursor}})


def order_of(query: Mapping[str, str], orders: Sequence[str]) -> tuple[str, str]:
    """`sort_by` and `sort_direction`."""
    sort_by, direction = query.get("sort_by", "id"), query.get("sort_direction", "asc")
    if sort_by not in orders:
        raise invalid(f"sort_by must be one of {', '.join(orders)}")
    if direction not in ("asc", "desc"):
        raise invalid("sort_direction must be one of asc, desc")
    return sort_by, direction


def range_of(low: int | None, high: int | None) -> Callable[[Company, str, int], bool] | None:
    """Whether a thing was updated at `low` or later and before `high`; None when everything was."""
    if low is None and high is None:
        return None

    def wanted(company: Company, kind: str, identifier: int) -> bool:
        at = updated_at(company, kind, identifier)
        return (low is None or at >= low) and (high is None or at < high)

    return wanted


def updated_at(company: Company, kind: str, identifier: int) -> int:
    """The `update_time` of a deal or activity in seconds."""
    if kind == "deals":
        return company.updated(company.story(identifier - 1)) // 1000
    found = company.activity(identifier)
    if found is None:
        return 0
    story, _, activity = found
    return company.activity_updated(story, activity) // 1000


def _walk(rows: list[int], after: int | None, direction: str, bounds: tuple[int | None, int | None]) -> Iterator[int]:
    start = 0 if bounds[0] is None else bisect_left(rows, pack(bounds[0], 0))
    stop = len(rows) if bounds[1] is None else bisect_left(rows, pack(bounds[1], 0))
    if direction == "asc":
        return islice(rows, start if after is None else max(start, bisect_right(rows, after)), stop)
    top = stop if after is None else min(stop, bisect_left(rows, after))
    return (rows[place] for place in range(top - 1, start - 1, -1))


def _after(company: Company, query: Mapping[str, str], sort_by: str, direction: str) -> int | None:
    """The row after which the page begins."""
    cursor = query.get("cursor")
    if not cursor:
        return None
    try:
        said = orjson.loads(decode(cursor))
        field, value, told, identifier = said["field"], said["fieldValue"], said["sortDirection"], int(said["id"])
        number = int(datetime.fromisoformat(value).timestamp()) if isinstance(value, str) else int(value)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise invalid("Invalid cursor") from error
    if (field, told) != (sort_by, direction):
        raise invalid("Invalid cursor: it belongs to another sort order")
    check_age(company, cursor)
    return pack(number, identifier)


def check_age(company: Company, cursor: str) -> None:
    """Refuse a cursor that has expired."""
    most = company.knobs.cursor_seconds
    if most and company.clock() - company.cursors.get(cursor, company.clock()) > most:
        raise invalid("Invalid cursor: it has expired")


def give(company: Company, query: Mapping[str, str], cursor: str) -> str:
    """The cursor that is given out: noted where cursors expire, the old one again where the knob says so."""
    if company.knobs.repeat_cursor and query.get("cursor"):
        return query["cursor"]
    if company.knobs.cursor_seconds:
        company.cursors[cursor] = company.clock()
    return cursor


def _cursor(company: Company, query: Mapping[str, str], sort_by: str, direction: str, last: tuple[int, int]) -> str:
    value: int | str = last[0] if sort_by == "id" else rfc3339(last[0] * 1000)
    said = {"field": sort_by, "fieldValue": value, "sortDirection": direction, "id": last[1]}
    return give(company, query, encode(orjson.dumps(said)))


def row_page(every: Sequence[dict[str, Any]], query: Mapping[str, str]) -> Answer:
    """One page of a short list of v2, whose cursor counts rows."""
    limit, text = page_size(query), query.get("cursor")
    told = decode(text) if text else b"0"
    if not told.isdigit():
        raise invalid("Invalid cursor")
    start = int(told)
    cursor = encode(str(start + limit).encode()) if start + limit < len(every) else None
    shown = every[start : start + limit]
    return Answer(200, {"success": True, "data": shown, "additional_data": {"next_cursor": cursor}})


def offset_page(query: Mapping[str, str], things: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One page of v1's way, and its `additional_data`."""
    start, limit = whole(query, "start") or 0, page_size(query)
    more = start + limit < len(things)
    pagination: dict[str, Any] = {"start": start, "limit": limit, "more_items_in_collection": more}
    if more:
        pagination["next_start"] = start + limit
    return list(things[start : start + limit]), {"pagination": pagination}
