"""What a first full sync of an Odoo will cost, before it is begun.

Here belongs counting calls. What was really sent is counted by the session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.contract import MissingScopeError, StreamPlan
from connectors.odoo.catalogue import TRACKING
from connectors.odoo.options import OdooOptions

ROWS_A_SECOND = 3_000
"""A real Odoo gave four to five thousand rows a second in pages of a thousand, on one process of a small machine."""
SECONDS_A_CALL = 0.1


def first_sync(counts: Mapping[str, Callable[[], int | None]], options: OdooOptions) -> list[StreamPlan]:
    """One line per stream. What may not be read, or isn't installed, is told as such."""
    plans: list[StreamPlan] = []
    for stream, count in counts.items():
        try:
            records = count() or 0
        except MissingScopeError as error:
            plans.append(StreamPlan(stream, None, 0, remark=f"not covered: {error}"))
            continue
        pages = -(-records // options.page_size)
        calls = pages * (2 if stream == TRACKING else 1) + 2  # a page of changes needs its messages; fields, empty page
        seconds = calls * SECONDS_A_CALL + records / ROWS_A_SECOND
        plans.append(StreamPlan(stream, records, calls, seconds=round(seconds, 1)))
    return plans
