"""Compares our live records of a stream with the CRM's own, mends what differs once, and refuses a sudden emptiness.

Counting, deletions that left no trace, and floors belong here; reading streams (`sync.py`) and judging deals don't.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import pyarrow as pa

from connectors.contract import BadAnswer, MissingScopeError, Record, Stream, StreamOutcome
from connectors.lake_query import IdDifferences
from connectors.sync_attempt import Attempt
from connectors.sync_fetch import call, read_ahead

_IDS_AT_ONCE = 1_000
_FALL_ROWS = 20
_FALL_SHARE = 0.5
# People work while we count, and some CRMs count by a search that runs behind their lists: after the ids agreed one by
# one, the total may still differ by so much.
_LAGGING_ROWS = 10
_DRIFT_SHARE = 0.001


class CountMismatch(BadAnswer):
    """Our live records and the CRM's own count differ, even after looking at every id."""


class SuddenFall(BadAnswer):
    """Most records are gone since the last good pass: rather a broken answer than a busy day."""


def reconcile(attempt: Attempt, stream: Stream, outcome: StreamOutcome) -> None:
    """Fill `ours` and `theirs`; compare every id when they differ, or when that was last done long ago.

    A deletion and a missed record hide behind equal counts. Raises when the two can't be brought together.

    `ours` counts the stream's table. Of streams that share one, one may have a count (deals and archived deals); the
    others' `ours` stays empty unless it is the last.
    """
    theirs = _count(attempt, stream, outcome)
    if theirs is None and not attempt.closes_table(stream):
        return
    ours = attempt.lake.live_count(stream.table, attempt.connection)
    outcome.ours, outcome.theirs = ours, theirs
    differ = theirs is not None and ours != theirs
    if differ or attempt.plan.sweep_is_due(stream, attempt.sweep_every):
        _sweep(attempt, stream, outcome, because_they_differ=differ)
        outcome.ours = attempt.lake.live_count(stream.table, attempt.connection)
    _check_floor(attempt, stream, outcome.ours, attempt.plan.good_count(stream))


def _count(attempt: Attempt, stream: Stream, outcome: StreamOutcome) -> int | None:
    try:
        return call(lambda: attempt.connector.count(stream), attempt.deadline, f"counting {stream.name}")
    except MissingScopeError as error:
        outcome.notes.append(f"not counted: {error}")
        return None


def _sweep(attempt: Attempt, stream: Stream, outcome: StreamOutcome, *, because_they_differ: bool) -> None:
    counted, ours_before = outcome.theirs, outcome.ours
    found = _compared(attempt, stream)
    if found is None and not because_they_differ:
        return
    if found is None:
        raise CountMismatch(
            f"{_name(attempt, stream)}: the CRM counts {counted} live records and we hold {ours_before}; "
            "it offers no list of ids to find the difference with. The next sync reads again."
        )
    gone, missing = found.gone, found.missing
    _check_floor(attempt, stream, found.listed, found.ours)
    _check_floor(attempt, stream, found.listed, attempt.plan.good_count(stream))
    _bury(attempt, stream, gone)
    vanished = _reread(attempt, stream, missing)
    outcome.swept, outcome.found_deleted, outcome.found_missing = True, len(gone), len(missing) - vanished
    if because_they_differ or len(gone) or len(missing):
        why = f"counts differed (ours {ours_before}, theirs {counted})" if because_they_differ else "all ids compared"
        outcome.notes.append(f"{why}: {len(gone)} found deleted, {len(missing) - vanished} read again")
    _agree(attempt, stream, outcome, listed=found.listed - vanished)


def _agree(attempt: Attempt, stream: Stream, outcome: StreamOutcome, listed: int) -> None:
    ours = attempt.lake.live_count(stream.table, attempt.connection)
    theirs = _count(attempt, stream, outcome)
    outcome.ours, outcome.theirs = ours, listed if theirs is None else theirs
    drift = abs(ours - theirs) if theirs is not None else 0
    if ours != listed or drift > max(_LAGGING_ROWS if stream.count_lags else 0, _DRIFT_SHARE * ours):
        raise CountMismatch(
            f"{_name(attempt, stream)}: the CRM counts {theirs} live records and lists {listed}, and we hold {ours}, "
            "even after every id was compared. The deals stay judged on the last good sync; the next one reads again."
        )


def _compared(attempt: Attempt, stream: Stream) -> IdDifferences | None:
    """Every id that the CRM lists against ours; None when it offers no list."""

    def chunks() -> Iterator[list[str] | None]:
        ids = attempt.connector.sweep(stream)
        if ids is None:
            yield None
            return
        while chunk := list(itertools.islice(ids, 10_000)):
            yield chunk

    listed = read_ahead(chunks, attempt.deadline, f"listing the ids of {stream.name}")
    first = next(listed, [])
    if first is None:
        return None
    parts = itertools.chain([first], (part for part in listed if part is not None))
    return attempt.lake.id_differences(stream.table, attempt.connection, parts)


def _bury(attempt: Attempt, stream: Stream, gone: pa.ChunkedArray) -> None:
    """Append tombstones. They keep the record's last words, and its own modification time.

    With a later time a record that comes back unchanged could never win against its tombstone.
    """
    writer = attempt.writer(stream)
    for batch in attempt.lake.latest_rows(stream.table, attempt.connection, gone) if len(gone) else ():
        writer.add((Record(**row, is_deleted=True) for row in batch.to_pylist()), None)
    writer.flush()


def _reread(attempt: Attempt, stream: Stream, missing: pa.ChunkedArray) -> int:
    """Read what the CRM lists and we lack; returns how many of them no longer exist."""
    writer = attempt.writer(stream)
    stamps = attempt.lake.last_stamps(stream.table, attempt.connection, missing)
    found: set[str] = set()
    for begin in range(0, len(missing), _IDS_AT_ONCE):
        ids = missing.slice(begin, _IDS_AT_ONCE).to_pylist()
        again = partial(attempt.connector.read, stream, ids)
        pages = read_ahead(again, attempt.deadline, f"reading {stream.name} again")
        for page in pages:
            attempt.deadline.check(f"reading {stream.name} again")
            writer.add((_not_older(record, stamps) for record in page.records), None)
            found.update(record.id for record in page.records if not record.is_deleted)
    writer.flush()
    return len(missing) - sum(1 for i in missing.to_pylist() if i in found)


def _not_older(record: Record, stamps: Mapping[str, datetime]) -> Record:
    """What the CRM lists is alive, even if it comes back with an older stamp than the one it was deleted with."""
    known = stamps.get(record.id)
    if known is None or record.modified_at is None or record.modified_at >= known:
        return record
    return replace(record, modified_at=known)


def _check_floor(attempt: Attempt, stream: Stream, now: int, before: int | None) -> None:
    if before is None or attempt.accept_fall or stream.may_fall:
        return
    if before - now >= _FALL_ROWS and now < before * (1 - _FALL_SHARE):
        raise SuddenFall(
            f"{_name(attempt, stream)}: {now} live records, where there were {before}. The last good sync stays in "
            "force. If most of them were really deleted, accept the fall (`plumbline sync --accept-fall "
            f"{attempt.connection}`); else look at the rights of the account."
        )


def _name(attempt: Attempt, stream: Stream) -> str:
    return f"{attempt.connection}: {stream.name}"
