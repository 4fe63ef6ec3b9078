"""Holds each deal's stage history against the stage that it stands in; what differs is read again once, then listed.

A history that ends in another stage than the deal's own has lost a change, which no count would ever show. The queries
are the connector's (`contract.HistoryCheck`); what models make of a deal that still differs is theirs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from connectors.contract import HistoryCheck, MissingScopeError, Page, Stream, StreamOutcome
from connectors.sync_attempt import Attempt
from connectors.sync_fetch import read_ahead

_IDS_AT_ONCE = 500
MOST_READ_AGAIN = 5_000
"""So many deals are read again in one pass; more of them are rather a rule of the CRM than lost changes."""
_SHOWN = 10


def check_history(attempt: Attempt) -> None:
    """After all streams are read: compare, read again once, and note on the deals' stream what still differs."""
    check = attempt.connector.history_check()
    if check is None:
        return
    deals = _covered(attempt, check.stream)
    history = _covered(attempt, check.history_stream) if check.history_stream else deals
    if deals is None or history is None:
        return
    differing = _differing(attempt, check, deals[0])
    again = differing[:MOST_READ_AGAIN]
    if again:
        _read_again(attempt, check, deals[0], history[0], again)
        differing = [*_differing(attempt, check, deals[0], among=again), *differing[MOST_READ_AGAIN:]]
    deals[1].history_differs = len(differing)
    if again:
        deals[1].notes.append(_told(len(again), differing))


def _covered(attempt: Attempt, name: str) -> tuple[Stream, StreamOutcome] | None:
    pairs = zip(attempt.streams, attempt.outcomes, strict=False)
    return next(((stream, outcome) for stream, outcome in pairs if stream.name == name and outcome.covered), None)


def _differing(attempt: Attempt, check: HistoryCheck, deals: Stream, among: Sequence[str] | None = None) -> list[str]:
    since = attempt.plan.last_good.watermark if attempt.plan.last_good else None
    return attempt.lake.history_differences(
        attempt.connection,
        deals.table,
        check.history_table,
        present=check.present,
        history=check.history,
        since_seq=0 if among is not None else (since or 0),
        among=among,
    )


def _read_again(attempt: Attempt, check: HistoryCheck, deals: Stream, history: Stream, ids: Sequence[str]) -> None:
    for number in range(0, len(ids), _IDS_AT_ONCE):
        chunk = ids[number : number + _IDS_AT_ONCE]
        _append(attempt, deals, lambda chunk=chunk: attempt.connector.read(deals, chunk))  # type: ignore[misc]
        if check.history_stream:
            _append(attempt, history, lambda chunk=chunk: attempt.connector.read_history(chunk))  # type: ignore[misc]


def _append(attempt: Attempt, stream: Stream, pages: Callable[[], Iterator[Page]]) -> None:
    writer = attempt.writer(stream)
    doing = f"reading {stream.name} again, because history and present differ"
    try:
        for page in read_ahead(pages, attempt.deadline, doing):
            attempt.deadline.check(doing)
            writer.add(page.records, None)
    except MissingScopeError as error:  # what may not be read can't be mended; the deal stays listed
        writer.flush()
        next(o for o in attempt.outcomes if o.stream == stream.name).notes.append(str(error))
        return
    writer.flush()


def _told(read_again: int, differing: Sequence[str]) -> str:
    said = f"{read_again} deals stood in another stage than their history ends in and were read again"
    if not differing:
        return f"{said}; now all agree"
    shown = ", ".join(itertools.islice(differing, _SHOWN))
    more = f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
    return f"{said}; {len(differing)} still differ, and when they came where they stand is unknown: {shown}{more}"
