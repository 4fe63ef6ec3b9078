"""Decides where a sync begins: a fresh pass or one that was interrupted, and for each stream its position.

It reads the lake and decides; nothing is fetched or written here. A *pass* is one complete reading of all streams; it
may take several attempts (nights), and its deals are judged at its start, since that is what all its streams know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.contract import Connector, Cursor, Stream, SyncOutcome
from connectors.lake import Lake
from connectors.outcome import from_dict


@dataclass(frozen=True, slots=True)
class PassPlan:
    """The pass that this attempt works on, and what earlier passes left."""

    pass_id: str
    started_at: datetime
    resumed: bool
    cursors: dict[str, Cursor]
    last_good: SyncOutcome | None
    last_seq: int
    swept_at: Mapping[str, datetime] = field(default_factory=dict)
    """Stream -> start of the last good pass in which all its ids were compared (or it was read in full)."""

    def begin(self, stream: Stream) -> Cursor:
        """The cursor to go on from. Position {} begins anew; `synced_to` None asks for everything."""
        fresh = Cursor(stream.name, self.pass_id, self.started_at, fields_hash=fields_hash(stream))
        last = self.cursors.get(stream.name)
        if last is None or last.fields_hash != fresh.fields_hash:
            return fresh  # never read, or other fields were read: what lies there lacks the new ones
        if last.pass_id == self.pass_id:
            return last
        return replace(fresh, synced_to=self._increments_from(last))

    def good_count(self, stream: Stream) -> int | None:
        """Live records of this stream in the last good pass."""
        streams = self.last_good.streams if self.last_good else []
        return next((s.ours for s in streams if s.stream == stream.name), None)

    def sweep_is_due(self, stream: Stream, every: timedelta) -> bool:
        """Whether all ids of the stream were last compared too long ago. A first pass reads everything anyway."""
        last = self.swept_at.get(stream.name)
        return self.last_good is not None and (last is None or self.started_at - last >= every)

    def _increments_from(self, last: Cursor) -> datetime | None:
        # A stream may have ended in a pass that failed later; only a good pass was reconciled, so read from that again.
        if last.synced_to is None or self.last_good is None:
            return last.synced_to
        since = min(last.synced_to, self.last_good.started_at)
        # A pass from the future (a wrong clock or --as-of) says nothing about what was changed until now.
        return since if since <= self.started_at else None


def fields_hash(stream: Stream) -> str:
    """Tells one selection of fields from another; their order says nothing."""
    return hashlib.sha256("\n".join(sorted(stream.fields)).encode()).hexdigest()[:16]


def plan_pass(connector: Connector, lake: Lake, now: datetime) -> PassPlan:
    """Go on with the pass that was interrupted (killed, out of time or quota), else begin a fresh one."""
    crm, connection = connector.crm, connector.connection
    cursors = lake.cursors(crm, connection)
    history = lake.sync_rows(connection)
    ended = {row["pass_id"] for row in history if not row["resumable"]}
    good = [from_dict(row) for row in history if row["state"] == "good"]
    interrupted = [cursor for cursor in cursors.values() if cursor.pass_id not in ended]
    last_seq = lake.last_seq(crm, connection)
    if interrupted:
        newest = max(interrupted, key=lambda cursor: cursor.pass_started_at)
        pass_id, started_at = newest.pass_id, newest.pass_started_at
    else:
        pass_id, started_at = f"{connection}-{now:%Y%m%dT%H%M%S}-{last_seq + 1}", now
    swept_at = {
        stream.stream: outcome.started_at
        for outcome in sorted(good, key=lambda outcome: outcome.started_at)
        for stream in outcome.streams
        if stream.swept or stream.since is None
    }
    last_good = max(good, key=lambda outcome: outcome.started_at) if good else None
    return PassPlan(pass_id, started_at, bool(interrupted), cursors, last_good, last_seq, swept_at)
