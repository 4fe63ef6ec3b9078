"""What a first full sync of a Salesforce org will cost, before it is begun.

Here belongs counting calls. What was really sent is counted by the session.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.contract import MissingScopeError, StreamPlan
from connectors.salesforce.reader import ObjectReader
from connectors.salesforce.soql import count

REST_PAGE = 2000
SECONDS_A_PAGE = 1.2
SECONDS_A_JOB = 10.0
BULK_ROWS_A_SECOND = 1500
"""What others measured on real orgs, network included: 800 to 1,800 rows a second."""


def first_sync(readers: Iterable[ObjectReader]) -> list[StreamPlan]:
    """One line per object. Those that may not be read are told as such."""
    plans: list[StreamPlan] = []
    for reader in readers:
        walk = reader.walk
        try:
            walk.fields.readable(walk.thing)
            records = walk.api.count(count(walk.thing))
        except MissingScopeError as error:
            plans.append(StreamPlan(walk.thing.stream, None, 2, remark=f"may not be read: {error}"))
            continue
        by_bulk = records >= walk.options.bulk_from_rows and not walk.thing.listed
        overhead = 2 if walk.thing.listed else 3  # description, count before and count after
        if by_bulk:
            polls = 6
            calls = overhead + 1 + polls + -(-records // walk.options.bulk_page_rows)
            seconds = SECONDS_A_JOB + records / BULK_ROWS_A_SECOND
        else:
            calls = overhead + max(1, -(-records // REST_PAGE))
            seconds = calls * SECONDS_A_PAGE
        way = "one Bulk job" if by_bulk else "REST pages"
        plans.append(StreamPlan(walk.thing.stream, records, calls, seconds=seconds, remark=way))
    return plans
