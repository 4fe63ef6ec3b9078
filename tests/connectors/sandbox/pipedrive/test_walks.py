"""What an outsider reads from the lists and changelogs is the story that was told, field by field."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.pipedrive.plots import CANNOT_KNOW
from connectors.sandbox.pipedrive.server import start_sandbox
from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY
from connectors.sandbox.plots_apart import APART
from connectors.sandbox.plots_doubt import DOUBTS
from tests.connectors.sandbox.pipedrive.browsing import ENTRY, Browser, moment, told_walks, walk

ORGANISATION = Organisation(21, 250)


@pytest.fixture(scope="module")
def browser():
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        yield Browser(sandbox.url)


@pytest.fixture(scope="module")
def deals(browser):
    return browser.deals()


@pytest.fixture(scope="module")
def changes(browser, deals):
    return {identifier: browser.changes(identifier) for identifier in deals}


@pytest.fixture(scope="module")
def truths():
    return {index + 1: truth for index, truth in enumerate(ORGANISATION.truth())}


def test_both_lists_together_show_exactly_the_living_deals(browser, deals, truths):
    assert set(deals) == {i for i, truth in truths.items() if truth.whereabouts == "live"}
    archived = [deal for deal in deals.values() if deal["is_archived"]]
    assert archived
    assert all(deal["status"] in ("won", "lost") and deal["archive_time"] for deal in archived)
    deleted = {deal["id"]: deal for deal in browser.every("/api/v2/deals", status="deleted")}
    assert all(deal["is_deleted"] and deal["status"] == "deleted" for deal in deleted.values())
    assert {i for i, truth in truths.items() if truth.whereabouts == "archived"} <= set(deleted)
    month_ago = ORGANISATION.now - timedelta(days=30)
    assert all(moment(deal["update_time"]) >= month_ago for deal in deleted.values())


def test_fields_are_those_of_the_truth(deals, truths):
    for identifier, deal in deals.items():
        truth = truths[identifier]
        assert str(deal["owner_id"]) == truth.owner_id
        assert deal["currency"] == truth.currency
        assert Decimal(str(deal["value"])) == (truth.amount or 0)
        assert deal["status"] == truth.status
        assert deal["probability"] is None
        assert moment(deal["add_time"]) == truth.created_at.replace(microsecond=0)
        option = deal["custom_fields"][DEAL_TYPE_KEY]
        pipeline = ENTRY["pipelines"][str(deal["pipeline_id"])]["deal_type"]
        assert (ENTRY["deal_types"].get(str(option)) or pipeline) == truth.deal_type
        for status in ("won", "lost"):
            assert (deal[f"{status}_time"] is not None) == (deal["status"] == status)
        assert deal["close_time"] == (deal["won_time"] or deal["lost_time"])


def test_walks_are_those_of_the_stories(changes, deals):
    seen = Counter()
    for identifier, (plot, told) in told_walks(ORGANISATION).items():
        if plot == "flicker":
            continue  # a click on the wrong stage is no visit, but a changelog has it
        deal = deals[identifier]
        assert walk(deal, changes[identifier]) == told, (plot, identifier)
        seen[plot] += 1
    assert seen.keys() >= {"went_back", "reopened", "won_reopened", "stages_at_once", "truncated_history"}


def test_a_stage_time_stands_exactly_where_the_stage_has_changed(changes, deals, truths):
    still = 0
    for identifier, deal in deals.items():
        rows = [row for row in changes[identifier] if row["field_key"] == "stage_id"]
        if rows:
            assert moment(deal["stage_change_time"]) == moment(rows[-1]["time"])
            assert rows[-1]["new_value"] == str(deal["stage_id"])
        elif truths[identifier].plot != "no_history":
            assert deal["stage_change_time"] is None
            still += 1
    assert still


def test_rows_hang_together_and_end_with_the_present(changes, deals):
    names = {"value": "value", "user_id": "owner_id", "lost_reason": "lost_reason", "person_id": "person_id",
             "expected_close_date": "expected_close_date", "stage_id": "stage_id", "status": "status",
             "add_time": "add_time"}  # fmt: skip
    seen = Counter()
    for identifier, deal in deals.items():
        last: dict[str, str | None] = {}
        rows = changes[identifier]
        times = [row["time"] for row in rows]
        assert times == sorted(times)
        for row in rows:
            key = row["field_key"]
            assert row["old_value"] == last.get(key, row["old_value"])
            last[key] = row["new_value"]
            seen[key] += 1
        for key, value in last.items():
            shown = deal[names[key]]
            if key == "add_time":
                assert moment(value) == moment(shown)
            elif key == "value":
                assert Decimal(value) == Decimal(str(shown))
            else:
                assert (None if shown is None else str(shown)) == value
    assert seen.keys() == set(names)


def test_everybody_who_can_change_a_deal_is_told_apart(changes, deals):
    sources = Counter(row["change_source"] for identifier in deals for row in changes[identifier])
    assert set(sources) == {"app", "api", "import", "automation"}
    assert {deal["origin"] for deal in deals.values()} == {
        "ManuallyCreated",
        "API",
        "Automation",
    }  # no story is imported


def test_lost_history_contradicts_itself_as_pipedrive_can(changes, deals, truths):
    for identifier, deal in deals.items():
        if truths[identifier].plot == "no_history":
            assert deal["stage_change_time"]
            assert not {row["field_key"] for row in changes[identifier]} & {"stage_id", "status"}
        if truths[identifier].plot == "truncated_history":
            first = next(row for row in changes[identifier] if row["field_key"] == "stage_id")
            assert first["old_value"] is None
            assert moment(first["time"]) > moment(deal["add_time"])
    assert set(CANNOT_KNOW) <= {*DOUBTS, *APART}


def test_activities_and_products_are_all_there(browser, truths):
    stated = ORGANISATION.summary().objects
    activities = list(browser.every("/api/v2/activities"))
    assert len({activity["id"] for activity in activities}) == len(activities)
    kinds = Counter(activity["type"] for activity in activities)
    assert kinds == {kind: stated[f"{kind}s"] for kind in ("meeting", "call")}
    for activity in activities:
        assert activity["done"] == (activity["marked_as_done_time"] is not None)
        held = moment(f"{activity['due_date']} {activity['due_time']}")
        assert not activity["done"] or held <= ORGANISATION.now
        assert truths[activity["deal_id"]].whereabouts != "merged_away"
    living = [i for i, truth in truths.items() if truth.whereabouts != "merged_away"]
    products = []
    for start in range(0, len(living), 100):
        wanted = ",".join(map(str, living[start : start + 100]))
        products += browser.every("/api/v2/deals/products", deal_ids=wanted, limit=7)
    assert len({product["id"] for product in products}) == len(products) == stated["quotes"] + stated["line_items"]


def test_mail_is_kept_apart_and_counted_on_the_deal(browser, deals):
    ways, total = Counter(), 0
    for identifier in [*deals, *(deal["id"] for deal in browser.every("/api/v2/deals", status="deleted"))]:
        wanted = "email_messages_count,last_incoming_mail_time,last_outgoing_mail_time"
        deal = browser.data(f"/api/v2/deals/{identifier}", include_fields=wanted)
        mails = [row["data"] for row in browser.data(f"/v1/deals/{identifier}/mailMessages", limit=100)]
        assert deal["email_messages_count"] == len(mails)
        for way, name in ((0, "last_incoming_mail_time"), (1, "last_outgoing_mail_time")):
            times = [datetime.fromisoformat(mail["message_time"]) for mail in mails if mail["sent_flag"] == way]
            assert (deal[name] and moment(deal[name])) == max(times, default=None)
            ways[way] += len(times)
        total += len(mails)
    assert total == ORGANISATION.summary().objects["emails"]
    assert set(ways) == {0, 1}


def test_people_of_a_deal_come_with_their_dates(browser, deals):
    several = 0
    for identifier in list(deals)[:60]:
        people = browser.data(f"/v1/deals/{identifier}/participants")
        assert [row["person_id"]["value"] for row in people][:1] == [deals[identifier]["person_id"]][: len(people)]
        log = list(browser.every(f"/v1/deals/{identifier}/participantsChangelog"))
        assert sorted(row["time"] for row in log) == [row["add_time"] for row in people]
        several += len(people) > 1
    assert several


def test_sums_agree_with_the_lists(browser, deals):
    listed = [deal for deal in deals.values() if not deal["is_archived"]]
    summary = browser.data("/v1/deals/summary")
    assert summary["total_count"] == len(listed)
    assert browser.data("/v1/deals/summary/archived")["total_count"] == len(deals) - len(listed)
    euros = [deal["value"] for deal in listed if deal["currency"] == "EUR"]
    assert summary["values_total"]["EUR"]["count"] == len(euros)
    assert summary["values_total"]["EUR"]["value"] == pytest.approx(sum(euros))
    won = browser.data("/v1/deals/summary", status="won", pipeline_id=1)["total_count"]
    assert won == sum(deal["status"] == "won" and deal["pipeline_id"] == 1 for deal in listed)
