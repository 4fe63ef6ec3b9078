"""What a first full sync of a Salesforce org will cost, before it is begun.

Here belongs counting calls. What was really sent is counted by the session.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.contract import MissingScopeError, StreamPlan
from connectors.salesforce.reader import ObjectReader
from connectors.salesforce.soql import count
from connectors.salesforce.walk import Walk

REST_PAGE = 2000
SECONDS_A_PAGE = 1.2
SECONDS_A_JOB = 10.0
BULK_ROWS_A_SECOND = 1500
"""What others measured on real orgs, network included: 800 to 1,800 rows a second."""


def first_sync(readers: Iterable[ObjectReader]) -> list[StreamPlan]:
    """One line per object. Those that may not be read are told as such."""
    plans: list[StreamPlan] = []
    readers = list(readers)
    _count_together([reader.walk for reader in readers])
    for reader in readers:
        walk = reader.walk
        try:
            walk.fields.readable(walk.thing)
            records = walk.api.count(count(walk.thing))
        except MissingScopeError as error:
            plans.append(StreamPlan(walk.thing.stream, None, 1, remark=f"may not be read: {error}"))
            continue
        by_bulk = records >= walk.options.bulk_from_rows and not walk.thing.listed
        if by_bulk:
            polls = 6
            # The first page tells that there are many; the job begins; the count comes after it.
            calls = 3 + polls + -(-records // walk.options.bulk_page_rows)
            seconds = SECONDS_A_JOB + records / BULK_ROWS_A_SECOND
        else:
            calls = max(1, -(-records // REST_PAGE))  # the count comes with the first page
            seconds = calls * SECONDS_A_PAGE
        way = "one Bulk job" if by_bulk else "REST pages"
        plans.append(StreamPlan(walk.thing.stream, records, calls, seconds=seconds, remark=way))
    return plans


def _count_together(walks: Sequence[Walk]) -> None:
    if walks:
        api = walks[0].api
        readable = [walk.thing for walk in walks if not walk.fields.of(walk.thing).refused]
        api.together.ask([api.asking_query(count(thing)) for thing in readable])
