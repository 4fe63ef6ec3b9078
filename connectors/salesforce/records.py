"""One Salesforce row as a record of the lake: the same text whether it came by REST or by a Bulk job.

Here belongs the one shape of rows. Fetching them doesn't.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from connectors.contract import BadAnswer, Record
from connectors.salesforce.catalogue import SalesforceObject
from connectors.salesforce.fields import Selection

Row = Mapping[str, str | None]


def rest_row(thing: Mapping[str, Any], selection: Selection) -> Row:
    """A row of a REST page: all values as texts, related records flattened to `Relation.Field`."""
    return {name: _normal(_at(thing, name), name, selection) for name in selection.names}


def bulk_rows(header: Sequence[str], lines: Iterable[list[str]], selection: Selection) -> Iterator[Row]:
    """Rows of a Bulk result, whose header may write the names in another case."""
    known = {name.lower(): name for name in selection.names}
    names = [known.get(column.strip().lower(), column.strip()) for column in header]
    for line in lines:
        given = dict(zip(names, line, strict=True))
        yield {name: _normal(given.get(name) or None, name, selection) for name in selection.names}


def to_record(row: Row, thing: SalesforceObject) -> Record:
    """The record of a row."""
    return Record(
        id=to_id(row.get("Id"), thing),
        payload=orjson.dumps(row).decode(),
        modified_at=moment(row.get(thing.stamp)),
        is_deleted=thing.has_deleted and row.get("IsDeleted") == "true",
    )


def to_id(value: Any, thing: SalesforceObject) -> str:
    """The id of a row. Raises BadAnswer for a row without one."""
    if not isinstance(value, str) or not value:
        raise BadAnswer(f"Salesforce gave a row of {thing.name} without its Id")
    return value


def moment(text: str | None) -> datetime | None:
    """A moment from Salesforce's text, aware."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def literal(when: datetime) -> str:
    """A moment as SOQL writes it."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _at(thing: Mapping[str, Any], name: str) -> Any:
    value: Any = thing
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _normal(value: Any, name: str, selection: Selection) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) or selection.is_number(name):
        return _plain_number(value)
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    if selection.is_moment(name):
        when = moment(value)
        return literal(when) if when else value
    return value or None


def _plain_number(value: Any) -> str:
    """REST writes 1500.0 where a Bulk job writes 1500, and the other way round; both become 1500."""
    text = value if isinstance(value, str) else repr(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    plain = format(number, "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"
