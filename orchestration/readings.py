"""Up to where each connection is read tonight: from how its syncs went, and from what the gate held.

Only this decision belongs here. It is what keeps half a sync, or a bad one, out of every model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.contract import SyncOutcome
from connectors.outcome import from_dict, to_dict
from orchestration.manifest import ConnectionReading, Manifest


def last_good(history: Iterable[SyncOutcome]) -> SyncOutcome | None:
    """The newest sync that completed and reconciled."""
    good = [outcome for outcome in history if outcome.state == "good" and outcome.watermark is not None]
    return max(good, key=lambda outcome: outcome.ended_at, default=None)


def read_to(connection: str, crm: str, latest: SyncOutcome | None, history: Sequence[SyncOutcome]) -> ConnectionReading:
    """The reading of one connection. A failed sync changes nothing but the state: its last good one still counts."""
    if latest is not None and latest.state == "backfilling":
        return ConnectionReading(connection, crm, "backfilling", latest.watermark, latest.judged_at)
    good = last_good([*history, *([latest] if latest is not None else [])])
    state = "backfilling" if latest is None else latest.state
    if good is None:
        return ConnectionReading(connection, crm, state, None, None)
    return ConnectionReading(connection, crm, state, good.watermark, good.judged_at or good.started_at)


def fall_back(reading: ConnectionReading, previous: Manifest | None) -> ConnectionReading:
    """What a held connection is read to: its place in the last night that was published, else not at all."""
    before = {r.connection: r for r in previous.readings} if previous else {}
    found = before.get(reading.connection)
    if found is None or found.watermark is None or found.watermark == reading.watermark:
        return replace(reading, state="held", watermark=None, judged_at=None)
    return replace(found, state="held")


def outcomes_told(
    readings: Sequence[ConnectionReading],
    latest: Mapping[str, SyncOutcome],
    history: Mapping[str, Sequence[SyncOutcome]],
    passes_kept: int = 30,
) -> list[dict[str, Any]]:
    """The passes that a night's manifest keeps: the latest of each connection, and always the one it is read up to."""
    told: list[dict[str, Any]] = []
    for reading in readings:
        newest = latest.get(reading.connection)
        passes = [o for o in history.get(reading.connection, ()) if newest is None or o.pass_id != newest.pass_id]
        passes += [newest] if newest is not None else []
        recent = passes[-passes_kept:]
        read = [o for o in passes[:-passes_kept] if o.watermark is not None and o.watermark == reading.watermark]
        told.extend(to_dict(outcome) for outcome in [*read, *recent])
    return told


def outcomes_of(rows: Iterable[Mapping[str, Any]]) -> list[SyncOutcome]:
    """Outcomes as the lake or a manifest keeps them."""
    return [from_dict(dict(row)) for row in rows]
