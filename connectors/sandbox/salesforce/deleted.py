"""GET /sobjects/{name}/deleted/: what was deleted in a span of time, as far back as the recycle bin reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from connectors.sandbox.salesforce.errors import not_found, refused
from connectors.sandbox.salesforce.index import number_in
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.words import record_id, rest_time
from connectors.sandbox.wire import Answer

DAY: Final = 86_400
IN_BIN: Final = 15 * DAY
REACH: Final = 30 * DAY
LEAST: Final = 60


def deleted(org: Org, name: str, query: dict[str, str]) -> Answer:
    """The records deleted from `start` to `end`; `latestDateCovered` says where the next question must begin."""
    thing = org.sobject(name)
    if thing is None:
        raise not_found()
    if not thing.is_replicated:
        raise refused(400, "INVALID_TYPE", f"entity type {thing.name} is not replicatable")
    start, end = _moment(query, "start"), _moment(query, "end")
    if end - start < LEAST:
        raise refused(400, "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    if start < org.present - REACH:
        raise refused(400, "INVALID_REPLICATION_DATE", "startDate must not be more than 30 days ago")
    covered = max(start, end - org.knobs.deleted_lag_seconds)
    earliest = org.present - IN_BIN
    found: list[dict[str, Any]] = []
    with org.lock:
        org.settle()
        entries = org.index.between(thing.name, max(start, earliest), covered + 1)
        rows = org.rows(thing.name, [number_in(entry) for entry in entries if entry & 1])
        found += [{"deletedDate": rest_time(row["SystemModstamp"]), "id": row["Id"]} for _, row in rows]
        if thing.name == "Opportunity" and org.knobs.list_vanished:
            found += [
                {"deletedDate": rest_time(at), "id": record_id("Opportunity", index)}
                for index, at in org.vanished()
                if max(start, earliest) <= at <= covered
            ]
    return Answer(
        200,
        {
            "deletedRecords": found,
            "earliestDateAvailable": rest_time(earliest),
            "latestDateCovered": rest_time(covered),
        },
    )


def _moment(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused(400, "INVALID_REPLICATION_DATE", f"{name}: {text}") from error
    if moment.tzinfo is None:
        raise refused(400, "INVALID_REPLICATION_DATE", f"{name}: {text} has no offset")
    return int(moment.timestamp())
