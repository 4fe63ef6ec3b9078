"""Syncs all connections side by side, each with its own outcome and time limit; none can hold up or spoil the night.

Only running them together belongs here; what a sync of one connection does is `connectors.sync`.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Clock, ConnectorError, SyncOutcome, TimeLimit

SyncOne = Callable[[str, Callable[[], None]], SyncOutcome]
"""Syncs the connection of that name; it is given a function to call between batches, which raises when time is up."""

PATIENCE_SECONDS = 5.0
"""How long after its limit a connection may take to stop by itself before the night goes on without it."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A connection to sync, and for how long."""

    connection: str
    crm: str
    max_minutes: float


def sync_all(
    assignments: Sequence[Assignment],
    sync_one: SyncOne,
    *,
    clock: Clock,
    threads: int = 8,
    patience: float = PATIENCE_SECONDS,
    on_done: Callable[[SyncOutcome], None] = lambda _outcome: None,
) -> list[SyncOutcome]:
    """Sync them all, at most `threads` at once; one outcome each, in the order given.

    Threads are daemons: one that hangs in a call that never returns can't be ended, so it is left behind. It may
    still add rows to the lake, which nothing reads (they lie beyond every watermark) and the next sync takes up.
    """
    outcomes: dict[str, SyncOutcome] = {}
    waiting = list(assignments)
    running: dict[str, tuple[Assignment, float]] = {}
    finished: queue.Queue[SyncOutcome] = queue.Queue()
    while waiting or running:
        while waiting and len(running) < threads:
            assignment = waiting.pop(0)
            running[assignment.connection] = (assignment, time.monotonic() + assignment.max_minutes * 60)
            _start(assignment, sync_one, finished, clock)
        soonest = min(deadline for _, deadline in running.values()) + patience
        try:
            outcome = finished.get(timeout=max(0.0, soonest - time.monotonic()))
        except queue.Empty:
            done = [_gave_up(a, clock) for a, end in running.values() if end + patience <= time.monotonic()]
        else:
            # What was given up on may still report; its place is taken.
            done = [outcome] if outcome.connection in running else []
        for outcome in done:
            del running[outcome.connection]
            outcomes[outcome.connection] = outcome
            on_done(outcome)
    return [outcomes[assignment.connection] for assignment in assignments]


def _start(assignment: Assignment, sync_one: SyncOne, finished: queue.Queue[SyncOutcome], clock: Clock) -> None:
    deadline = time.monotonic() + assignment.max_minutes * 60

    def check_time() -> None:
        if time.monotonic() > deadline:
            raise TimeLimit(_limit_text(assignment))

    def work() -> None:
        began = clock()
        try:
            finished.put(sync_one(assignment.connection, check_time))
        except Exception as error:  # noqa: BLE001 - one connection's fault, whatever it is, must not end the night
            said = str(error) if isinstance(error, ConnectorError) else f"{type(error).__name__}: {error}"
            text = f"{assignment.connection}: the sync broke off: {without_name(assignment.connection, said)}"
            finished.put(stale_outcome(assignment.connection, assignment.crm, text, began, clock))

    threading.Thread(target=work, name=f"sync-{assignment.connection}", daemon=True).start()


def _limit_text(assignment: Assignment) -> str:
    return (
        f"{assignment.connection}: not finished within max_minutes ({assignment.max_minutes:g}); "
        "the next night goes on from where it stopped. If it happens every night, raise max_minutes in connections.yml."
    )


def _gave_up(assignment: Assignment, clock: Clock) -> SyncOutcome:
    text = _limit_text(assignment) + " It didn't answer at all any more, so the night went on without it."
    now = clock()
    return stale_outcome(assignment.connection, assignment.crm, text, now, lambda: now)


def stale_outcome(connection: str, crm: str, error: str, began: datetime, clock: Clock) -> SyncOutcome:
    """An outcome for a sync that can't tell itself how it went."""
    return SyncOutcome(connection, crm, f"broken-{uuid.uuid4().hex[:12]}", "stale", began, clock(), error=error)


def unreadable(outcome: SyncOutcome) -> dict[str, str]:
    """What the account may not read, with the reason; what rests on it is unknown."""
    return {stream.stream: "; ".join(stream.notes) for stream in outcome.streams if not stream.covered}


def without_name(connection: str, text: str) -> str:
    """A connector's words without the connection's name before them, for places that have just said it."""
    return text.removeprefix(f"{connection}: ")
