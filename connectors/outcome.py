"""SyncOutcome and Cursor as JSON text and back, so that the lake can keep them as payloads of ordinary rows.

Only the shapes of `contract.py` are translated here. What an outcome means is decided in `sync.py`; unknown keys are
ignored, so that a lake written by a later version can still be read.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.contract import Cursor, StreamOutcome, SyncOutcome


def utc_text(moment: datetime | None) -> str | None:
    """ISO-8601 in UTC with microseconds; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def utc_moment(text: str | None) -> datetime | None:
    """The aware UTC moment that `utc_text` wrote."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def to_dict(outcome: SyncOutcome) -> dict[str, Any]:
    """Plain JSON values; moments become ISO-8601 text in UTC."""
    values = asdict(outcome)
    for name in ("started_at", "ended_at", "judged_at"):
        values[name] = utc_text(values[name])
    for stream in values["streams"]:
        stream["since"] = utc_text(stream["since"])
    return values


def from_dict(values: dict[str, Any]) -> SyncOutcome:
    """The outcome that `to_dict` described."""
    known = {f.name: values[f.name] for f in fields(SyncOutcome) if f.name in values}
    for name in ("started_at", "ended_at", "judged_at"):
        known[name] = utc_moment(known.get(name))
    known["streams"] = [_stream_outcome(stream) for stream in known.get("streams", [])]
    return SyncOutcome(**known)


def to_json(outcome: SyncOutcome) -> str:
    """One line of JSON."""
    return orjson.dumps(to_dict(outcome)).decode()


def from_json(text: str) -> SyncOutcome:
    """The outcome that `to_json` wrote."""
    return from_dict(orjson.loads(text))


def cursor_to_json(cursor: Cursor) -> str:
    """The payload of a cursor row."""
    return orjson.dumps(
        {
            "stream": cursor.stream,
            "pass_id": cursor.pass_id,
            "pass_started_at": utc_text(cursor.pass_started_at),
            "position": dict(cursor.position),
            "fields_hash": cursor.fields_hash,
            "done": cursor.done,
            "synced_to": utc_text(cursor.synced_to),
        }
    ).decode()


def cursor_from_json(text: str) -> Cursor:
    """The cursor of a cursor row's payload."""
    values = orjson.loads(text)
    return Cursor(
        stream=values["stream"],
        pass_id=values["pass_id"],
        pass_started_at=datetime.fromisoformat(values["pass_started_at"]).astimezone(UTC),
        position=values["position"],
        fields_hash=values["fields_hash"],
        done=values["done"],
        synced_to=utc_moment(values["synced_to"]),
    )


def _stream_outcome(values: dict[str, Any]) -> StreamOutcome:
    known = {f.name: values[f.name] for f in fields(StreamOutcome) if f.name in values}
    told = {"covers": tuple(known.get("covers", ())), "since": utc_moment(known.get("since"))}
    return StreamOutcome(**{**known, **told})
