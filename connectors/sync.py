"""Runs one connection's sync: its streams in order into the lake, reconciled, and what that came to.

Knows the contract and the lake, and no CRM. Several connections may run at once in threads. A sync never raises: a
failure is an outcome with words for the operator, and the last good watermark stays what models read.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson

from connectors.contract import (
    BadAnswer,
    Clock,
    Connector,
    ConnectorError,
    MissingScopeError,
    QuotaExhausted,
    Stream,
    StreamOutcome,
    SyncOutcome,
    SyncState,
    TimeLimit,
)
from connectors.history_check import check_history
from connectors.lake import SYNCS, Lake, LakeRow
from connectors.outcome import to_dict
from connectors.reconcile import CountMismatch, SuddenFall, reconcile
from connectors.sync_attempt import SWEEP_EVERY, Attempt, Seqs
from connectors.sync_batches import EndlessPages, Limits, OnBatch, PageGuard, Progress
from connectors.sync_fetch import Deadline, read_ahead
from connectors.sync_plan import PassPlan, plan_pass

__all__ = ["Limits", "OnBatch", "Progress", "sync_connection", "utc_now"]

_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def sync_connection(
    connector: Connector,
    lake: Lake,
    *,
    clock: Clock = utc_now,
    max_minutes: float = 240,
    progress: Progress | None = None,
    on_batch: OnBatch | None = None,
    accept_fall: bool = False,
    limits: Limits | None = None,
    sweep_every: timedelta = SWEEP_EVERY,
) -> SyncOutcome:
    """Sync one connection and record the outcome in the lake. Never raises for what a CRM, a file or a disk does.

    A pass that was interrupted is continued from its cursors. `accept_fall` lets an operator confirm that most
    records are really gone, where a fall would fail the pass.
    """
    began = clock()
    try:
        plan = plan_pass(connector, lake, began)
    except Exception as error:  # noqa: BLE001 (told in the outcome; one connection must not end the others)
        return _without_plan(connector, began, clock(), error)
    attempt = Attempt(
        connector=connector,
        lake=lake,
        clock=clock,
        plan=plan,
        deadline=Deadline(connector.connection, clock, began, max_minutes),
        limits=limits or Limits(),
        accept_fall=accept_fall,
        progress=progress,
        on_batch=on_batch,
        seqs=Seqs(plan.last_seq),
        sweep_every=sweep_every,
    )
    failure: Exception | None = None
    try:
        _read_streams(attempt)
    except Exception as error:  # noqa: BLE001 (told in the outcome)
        failure = error
    return _record(attempt, _conclude(attempt, failure), _resumable(attempt, failure))


def _read_streams(attempt: Attempt) -> None:
    attempt.streams = list(attempt.connector.streams())
    for stream in attempt.streams:
        outcome = StreamOutcome(stream.name, stream.table, covers=stream.covers)
        attempt.outcomes.append(outcome)
        with _measured(attempt, outcome):
            try:
                _read_stream(attempt, stream, outcome)
            except MissingScopeError as error:
                if stream.essential:
                    raise
                outcome.covered = False
                outcome.notes.append(str(error))
            outcome.absent_fields = list(attempt.connector.absent_fields(stream))
            outcome.notes += attempt.connector.notes(stream)
        if attempt.closes_table(stream):
            _reconcile_table(attempt, stream.table)
    check_history(attempt)


def _reconcile_table(attempt: Attempt, table: str) -> None:
    """After all streams of a table, so that a deletion which one of them tells isn't searched for in vain."""
    for stream, outcome in zip(attempt.streams, attempt.outcomes, strict=False):
        if stream.table == table and outcome.covered:
            with _measured(attempt, outcome):
                reconcile(attempt, stream, outcome)


def _read_stream(attempt: Attempt, stream: Stream, outcome: StreamOutcome) -> None:
    cursor = attempt.plan.begin(stream)
    outcome.since = cursor.synced_to
    if cursor.done:
        outcome.notes.append("read in an earlier attempt of this pass")
        return
    writer = attempt.writer(stream)
    guard = PageGuard(attempt.connection, stream, cursor.position, attempt.limits.max_pages)
    begin, doing = cursor, f"reading {stream.name}"
    pages = read_ahead(
        lambda: attempt.connector.pages(stream, position=begin.position, synced_to=begin.synced_to),
        attempt.deadline,
        doing,
    )
    try:
        for page in pages:
            if cursor.done:
                raise BadAnswer(f"{attempt.connection}, stream {stream.name}: a page came after the last one.")
            guard.check(page.position, last=page.last)
            synced_to = attempt.plan.started_at if page.last else cursor.synced_to
            cursor = replace(cursor, position=page.position, done=page.last, synced_to=synced_to)
            writer.add(page.records, cursor)
            outcome.rows_read += len(page.records)
            if attempt.progress is not None:
                attempt.progress(stream.name, outcome.rows_read)
            if not page.last:
                attempt.deadline.check(doing)
        if not cursor.done:
            raise BadAnswer(f"{attempt.connection}, stream {stream.name}: the pages ended without a last one.")
    except ConnectorError:
        writer.flush()  # every page that arrived is complete and keeps its cursor
        raise
    writer.flush()


@contextmanager
def _measured(attempt: Attempt, outcome: StreamOutcome) -> Iterator[None]:
    traffic, began = attempt.connector.traffic, time.monotonic()  # a replayed night's clock stands still
    requests, size = traffic.requests, traffic.bytes
    try:
        yield
    finally:
        traffic = attempt.connector.traffic
        outcome.requests += traffic.requests - requests
        outcome.bytes += traffic.bytes - size
        outcome.seconds += time.monotonic() - began


def _conclude(attempt: Attempt, failure: Exception | None) -> SyncOutcome:
    plan, last_good = attempt.plan, attempt.plan.last_good
    outcome = SyncOutcome(
        connection=attempt.connection,
        crm=attempt.connector.crm,
        pass_id=plan.pass_id,
        state="good",
        started_at=plan.started_at,
        ended_at=attempt.clock(),
        judged_at=plan.started_at,
        watermark=attempt.seqs.last,
        streams=attempt.outcomes,
    )
    if failure is not None:
        outcome.state = _failed_state(plan, failure)
        outcome.error = _plain_words(attempt.connection, failure)
        # Models go on reading what the last good pass left.
        outcome.judged_at = last_good.judged_at if last_good else None
        outcome.watermark = last_good.watermark if last_good else None
    return outcome


def _failed_state(plan: PassPlan, failure: Exception) -> SyncState:
    unfinished = plan.last_good is None and isinstance(failure, TimeLimit | QuotaExhausted)
    return "backfilling" if unfinished else "stale"


def _resumable(attempt: Attempt, failure: Exception | None) -> bool:
    """Whether the next sync goes on with this pass, rather than begin a fresh one.

    What was read to its end and found wrong is not repeated by going on; a bad answer that came at once may come again
    at the same place for ever.
    """
    if failure is None or isinstance(failure, CountMismatch | SuddenFall | EndlessPages):
        return False
    outside = isinstance(failure, ConnectorError | OSError) and not isinstance(failure, BadAnswer)
    return outside or attempt.appends > 0


def _record(attempt: Attempt, outcome: SyncOutcome, resumable: bool) -> SyncOutcome:
    payload = orjson.dumps({**to_dict(outcome), "resumable": resumable}).decode()
    row = LakeRow(
        connection=attempt.connection,
        kind="sync",
        id=outcome.pass_id,
        modified_at=None,
        is_deleted=False,
        extracted_at=outcome.ended_at,
        seq=next(attempt.seqs),
        payload=payload,
    )
    try:
        attempt.lake.append(SYNCS, [row])
    except Exception as error:  # noqa: BLE001 (told in the outcome; unrecorded, a pass is not good)
        unrecorded = _conclude(attempt, error)
        unrecorded.error = "; ".join(text for text in (outcome.error, unrecorded.error) if text)
        return unrecorded
    return outcome


def _without_plan(connector: Connector, began: datetime, ended: datetime, error: Exception) -> SyncOutcome:
    words = _plain_words(connector.connection, error)
    return SyncOutcome(connector.connection, connector.crm, "", "stale", began, ended, error=words)


def _plain_words(connection: str, error: Exception) -> str:
    if isinstance(error, ConnectorError):
        _log.warning("sync of %s failed: %s", connection, error)
        said = str(error)
        # Whoever reads a row doesn't know whose it is.
        return f"{connection}: {said}" if isinstance(error, BadAnswer) and not said.startswith(connection) else said
    if isinstance(error, OSError):  # of a connector; the lake's own have names already
        _log.warning("sync of %s failed: %s", connection, error)
        return f"{connection}: the operating system refused: {error}. The last good sync stays in force."
    _log.error("sync of %s met a defect", connection, exc_info=error)
    return (
        f"{connection}: unexpected {type(error).__name__}: {error}. This is a defect of Plumbline and not of your "
        "set-up; please report it with the night's log. The last good sync stays in force."
    )
