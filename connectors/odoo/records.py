"""One row of Odoo as a record of the lake, and the times in it.

Here belongs reading what a row says about itself. Fetching rows doesn't.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.contract import Record


def to_record(row: Mapping[str, Any]) -> Record:
    """The record of a row; its payload is Odoo's own JSON."""
    return Record(str(row["id"]), orjson.dumps(row).decode(), modified_at=moment(row.get("write_date")))


def tracking_record(row: Mapping[str, Any], field: str, message: Mapping[str, Any] | None) -> Record:
    """A tracked change together with its message, which alone says when, whose and of which deal, and the field's
    technical name (its label is translated). It is as new as the message: a merge moves that to another deal.
    """
    payload = {**row, "field_name": field, "message": message}
    stamps = [moment(row.get("create_date")), moment(message.get("write_date")) if message else None]
    return Record(
        str(row["id"]), orjson.dumps(payload).decode(), modified_at=max((s for s in stamps if s), default=None)
    )


def moment(value: Any) -> datetime | None:
    """Odoo's times are UTC without saying so; `false` is none."""
    if not isinstance(value, str):
        return None
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def stamp(value: datetime) -> str:
    """A time as Odoo's domains take it: UTC, cut to the second, so that `>=` leaves out nothing of that second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def id_of(reference: Any) -> int | None:
    """The id of a many2one, which is [id, label] or `false`."""
    if isinstance(reference, Sequence) and not isinstance(reference, str) and reference:
        return reference[0] if type(reference[0]) is int else None
    return None
