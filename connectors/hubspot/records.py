"""One HubSpot object as a record of the lake, and the times in it.

Here belongs reading what an object says about itself. Fetching objects doesn't.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.contract import BadAnswer, Record
from connectors.hubspot.catalogue import CREATED, MERGED, MODIFIED

Object = Mapping[str, Any]


def to_record(thing: Object) -> Record:
    """The record of an object; its payload is HubSpot's own JSON.

    Archiving does not move the date of modification. That is right here: an archived and a restored copy then
    have the same one, and the copy that was read last counts.
    """
    return Record(
        id=thing["id"],
        payload=orjson.dumps(thing).decode(),
        modified_at=_moment(_modified_text(thing)),
        is_deleted=thing.get("archived") is True,
    )


def named_stages(deal: Object) -> set[tuple[str, str]]:
    """Every pipeline with every stage that a deal's history names; most pairs exist, the others cost one question."""
    told = deal.get("propertiesWithHistory") or {}
    pipelines, stages = (
        {str(entry["value"]) for entry in told.get(name) or () if entry.get("value")}
        for name in ("pipeline", "dealstage")
    )
    return {(pipeline, stage) for pipeline in pipelines for stage in stages}


def is_heir(deal: Object, since: datetime) -> bool:
    """Whether older activities may be the deal's since then: others were merged into it, or people made it then and
    took along what they had already done with its buyer.
    """
    properties = deal.get("properties") or {}
    created = _moment(properties.get(CREATED))
    return bool(properties.get(MERGED)) or (created is not None and created >= since)


def modified_ms(thing: Object) -> int:
    """The date of modification in milliseconds, by which the search sorts."""
    moment = _moment(_modified_text(thing))
    if moment is None:
        raise BadAnswer(f"the search gave object {thing['id']} without a readable {MODIFIED}")
    return milliseconds(moment)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970, without a float's rounding."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _modified_text(thing: Object) -> Any:
    properties = thing.get("properties")
    return (properties.get(MODIFIED) if isinstance(properties, Mapping) else None) or thing.get("updatedAt")


def _moment(text: Any) -> datetime | None:
    # HubSpot writes times with and without milliseconds, and old ones as a number of milliseconds.
    if not isinstance(text, str):
        return None
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
