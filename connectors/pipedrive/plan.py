"""What a first full sync of a Pipedrive account will cost in tokens, and in how many days they are there.

Here belongs estimating. What was really spent is counted by budget.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors.contract import StreamPlan
from connectors.pipedrive import costs
from connectors.pipedrive.api import IDS_AT_ONCE, PAGE, PipedriveApi
from connectors.pipedrive.marks import ASKED, BITS, MAILS, PARTICIPANTS, PRODUCTS, Marker
from connectors.pipedrive.options import PipedriveOptions

SECONDS_A_CALL = 0.3
SAMPLE: Mapping[str, str] = {"sort_by": "update_time", "sort_direction": "desc"}
"""The deals changed last: they have moved more than most, so the estimate is rather too high."""


def first_sync(
    api: PipedriveApi, options: PipedriveOptions, marker: Marker, params: Mapping[str, str]
) -> list[StreamPlan]:
    """One line per stream; costs some 140 tokens itself."""
    live, archived = api.total(costs.SUMMARY), api.total(costs.ARCHIVED_SUMMARY)
    sample = api.page(costs.DEALS, {**params, **SAMPLE}, None).things
    marks = [packed & ((1 << BITS) - 1) for deal in sample if (packed := marker.packed(deal)) is not None]

    def deals_with(wanted: Callable[[int], float]) -> int:
        return round((live + archived) * sum(wanted(each) for each in marks) / len(marks)) if marks else 0

    def line(stream: str, records: int | None, calls: int, cost: int, remark: str = "", workers: int = 1) -> StreamPlan:
        return StreamPlan(stream, records, calls, calls * cost, calls * SECONDS_A_CALL / workers, remark)

    live_pages, archived_pages = -(-live // PAGE) + 1, -(-archived // PAGE) + 1
    deals = StreamPlan(
        "deals",
        live + archived,
        live_pages + archived_pages,
        live_pages * 10 + archived_pages * 20 + 120,
        (live_pages + archived_pages) * SECONDS_A_CALL,
    )
    asked = deals_with(lambda each: 1 if each & ASKED else options.guard_share)
    about = f"about {asked:,} of {live + archived:,} deals need their changelog, by the last {len(marks)} changed"
    plans = [deals, line("deal_changes", None, asked, costs.COSTS[costs.CHANGELOG], about, options.threads)]
    if options.participants:
        calls = deals_with(lambda each: bool(each & PARTICIPANTS))
        plans.append(line("deal_participants", calls, calls, costs.COSTS[costs.PARTICIPANTS], workers=options.threads))
    if options.products:
        having = deals_with(lambda each: bool(each & PRODUCTS))
        plans.append(line("deal_products", having, -(-having // IDS_AT_ONCE), costs.COSTS[costs.PRODUCTS]))
    if options.mails:
        calls = deals_with(lambda each: bool(each & MAILS))
        plans.append(line("deal_mails", calls, calls, costs.COSTS[costs.MAILS], workers=options.threads))
    plans.append(
        StreamPlan("activities", None, 1, 10, SECONDS_A_CALL, "10 tokens for 500; Pipedrive doesn't count them")
    )
    plans.append(StreamPlan("pipelines, stages, users and deal fields", None, 4, 40, 4 * SECONDS_A_CALL))
    return [replace(deals, remark=_days(api, sum(plan.tokens for plan in plans))), *plans[1:]]


def _days(api: PipedriveApi, tokens: int) -> str:
    a_day = api.budget.a_day
    if not a_day:
        return "Pipedrive did not tell how many tokens a day has (options: daily_tokens)"
    days = -(-tokens // a_day)
    night = "one night" if days <= 1 else f"{days} nights"
    return f"all streams together take {night}: {tokens:,} tokens, and a day has {a_day:,} for us"
