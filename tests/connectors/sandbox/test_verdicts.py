"""The teller's verdicts against a second opinion that reads only HTTP answers, and a handful checked by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from connectors.sandbox import Organisation, start_sandbox
from connectors.sandbox.model import STEP_STAGE
from connectors.sandbox.plots_usual import USUAL
from tests.connectors.sandbox import naive_judge as judge
from tests.connectors.sandbox.browsing import FIELDS, HISTORY, Browser

CLEAR = (set(USUAL) | {"stage_skipped", "jumped_to_won", "born_late", "same_moment", "went_back", "owner_left"}) - {
    "never_logs"
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_second_opinion_agrees(seed):
    organisation = Organisation(seed, 300)
    with start_sandbox({"t": organisation}) as sandbox:
        browser = Browser(sandbox.url)
        deals = {d["id"]: d for d in browser.every("deals", properties=FIELDS, propertiesWithHistory=HISTORY)}
        talks = _talks(browser, organisation)
    compared = Counter()
    for truth in organisation.truth():
        if truth.plot not in CLEAR:
            continue
        deal = deals[truth.deal_id]
        opinions = {
            "buyer_named": judge.buyer_named(deal, organisation.now),
            "amount_known": judge.amount_known(deal, organisation.now),
            "final_amount": judge.final_amount(deal, organisation.now),
            "close_date_ahead": judge.close_date_ahead(deal, organisation.now),
            "conversation_held": judge.conversation_held(deal, talks[truth.deal_id], organisation.now),
        }
        for step, opinion in opinions.items():
            told = judge.NOT_YET if truth.steps[step] in ("pending", "not_due") else truth.steps[step]
            if opinion == "pending":
                opinion = judge.NOT_YET
            assert told == opinion, (truth.plot, truth.deal_id, step)
            compared[opinion] += 1
    assert compared.keys() >= {"done", "done_in_grace", "late", "missing", "backfilled", judge.NOT_YET}


def _talks(browser: Browser, organisation: Organisation) -> dict:
    talks = defaultdict(list)
    fields = "hs_timestamp,hs_createdate,hs_meeting_outcome,hs_call_status,hs_email_direction"
    for kind in ("meetings", "calls", "emails"):
        found = {activity["id"]: activity for activity in browser.every(kind, properties=fields)}
        deals = browser.associated(kind, "deals", list(found))
        for identifier, activity in found.items():
            if judge.counts(activity, kind, organisation.now):
                times = activity["properties"]
                held = judge.moment(times["hs_timestamp"]), judge.moment(times["hs_createdate"])
                for deal in deals.get(identifier, []):
                    talks[str(deal)].append(held)
    return talks


@pytest.fixture(scope="module")
def told():
    by_plot = defaultdict(list)
    for seed in range(3):
        for truth in Organisation(seed, 300).truth():
            by_plot[truth.plot].append(truth)
    return by_plot


@pytest.mark.parametrize(
    ("plot", "expected"),
    [
        ("won_clean", {"buyer_named": "done", "final_amount": "done", "lost_reason_recorded": "not_due"}),
        ("no_buyer", {"buyer_named": "missing", "second_contact": "missing", "conversation_held": "done"}),
        ("no_conversation", {"conversation_held": "missing", "buyer_in_touch": "missing", "amount_known": "done"}),
        ("conversation_unheard", {"conversation_held": "missing", "second_conversation": "missing"}),
        ("conversation_in_grace", {"conversation_held": "done_in_grace"}),
        ("conversation_late", {"conversation_held": "late", "second_conversation": "done"}),
        ("conversation_backfilled", {"conversation_held": "backfilled", "second_conversation": "done"}),
        ("no_amount", {"amount_known": "missing", "final_amount": "missing"}),
        ("amount_late", {"amount_known": "late", "final_amount": "done"}),
        ("close_date_passed", {"close_date_ahead": "missing"}),
        ("touch_without_contact", {"buyer_in_touch": "missing", "second_conversation": "done"}),
        ("lost_no_reason", {"lost_reason_recorded": "missing"}),
        ("lost_reason_late", {"lost_reason_recorded": "late"}),
        ("lost_reason_soon", {"lost_reason_recorded": "done"}),
        ("lost_recently", {"lost_reason_recorded": "pending"}),
        ("gate_just_passed", {"conversation_held": "pending", "buyer_named": "done", "amount_known": "pending"}),
        ("lost_in_qualify", {"offer_recorded": "not_due", "second_contact": "not_due", "buyer_in_touch": "not_due"}),
        ("reopened", {"lost_reason_recorded": "not_due", "conversation_held": "done"}),
        ("undated_fields", {"buyer_named": "unknown", "close_date_ahead": "unknown", "conversation_held": "done"}),
        ("truncated_history", {"buyer_named": "unknown", "amount_known": "unknown"}),
        ("unmapped_stage", {"buyer_named": "done", "close_date_ahead": "unknown", "final_amount": "unknown"}),
        ("merge_survivor", {"buyer_named": "unknown", "conversation_held": "unknown"}),
        *((plot, dict.fromkeys(STEP_STAGE, "not_applicable")) for plot in ("renewal", "expansion", "archived")),
    ],
)
def test_stories_checked_by_hand(told, plot, expected):
    assert told[plot]
    for truth in told[plot]:
        assert {step: truth.steps[step] for step in expected} == expected, truth.deal_id


def test_a_silent_seller_is_never_accused_of_missing_talks(told):
    for truth in told["never_logs"]:
        for step in ("conversation_held", "second_conversation", "buyer_in_touch"):
            assert truth.steps[step] in ("unknown", "pending", "not_due")


@pytest.mark.parametrize(
    ("plot", "kind"), [("born_late", "born_late"), ("went_back", "moved_backward"), ("reopened", "reopened")]
)
def test_deviations_are_stated(told, plot, kind):
    assert all([move.kind for move in truth.moves] == [kind] for truth in told[plot])


def test_no_deviation_is_stated_for_a_flicker_or_a_tie(told):
    for plot in ("flicker", "stages_at_once", "same_moment"):
        assert told[plot]
        assert all(not truth.moves for truth in told[plot])


def test_lost_deals_are_lost_long_ago_or_very_recently(told):
    """No verdict hangs on minutes: deadlines are at least half a day away from now."""
    now = Organisation(0, 1).now
    for truths in told.values():
        for truth in truths:
            if truth.status == "lost" and truth.is_judged:
                since = now - truth.visits[-1].entered_at
                assert since < timedelta(days=1.5) or since > timedelta(days=5)
