"""What people change between two nights shows as Pipedrive shows it: times, statuses, deletions, merges."""

from __future__ import annotations

import pytest

from connectors.sandbox import (
    AddContact,
    Archive,
    Create,
    LogActivity,
    Merge,
    MoveStage,
    Organisation,
    Reown,
    Restore,
    SetField,
    Vanish,
)
from connectors.sandbox.pipedrive.server import start_sandbox
from connectors.sandbox.pipedrive.words import STAGE_IDS
from tests.connectors.sandbox.pipedrive.browsing import Browser, moment

ORGANISATION = Organisation(51, 80)
FIRST, SECOND, *_ = [
    str(index + 1)
    for index, truth in enumerate(ORGANISATION.truth())
    if truth.status == "open" and truth.is_judged and truth.plot.startswith("open_in") and (index + 1) % 9
]


@pytest.fixture
def company():
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        yield sandbox, Browser(sandbox.url)


def deal(browser: Browser, number: str) -> dict:
    return browser.data(f"/api/v2/deals/{number}", include_fields="participants_count,email_messages_count")


def truth_of(sandbox, number: str):
    return next(truth for truth in sandbox.portal("t").truth() if truth.deal_id == number)


def changed_since(browser: Browser, text: str) -> list[str]:
    found = browser.every("/api/v2/deals", sort_by="update_time", updated_since=text, limit=1)
    return [str(deal["id"]) for deal in found]


def test_a_win_is_a_status_and_the_stage_stays(company):
    sandbox, browser = company
    before = deal(browser, FIRST)
    sandbox.apply("t", MoveStage(FIRST, "closedwon"))
    after, newest = deal(browser, FIRST), browser.changes(int(FIRST))[-1]
    assert (after["status"], after["stage_id"]) == ("won", before["stage_id"])
    assert after["stage_change_time"] == before["stage_change_time"]
    assert after["expected_close_date"] == before["expected_close_date"]
    assert after["won_time"] == after["close_time"] == after["update_time"] > before["update_time"]
    assert (newest["field_key"], newest["old_value"], newest["new_value"]) == ("status", "open", "won")
    assert moment(newest["time"]) == moment(after["won_time"])
    assert truth_of(sandbox, FIRST).status == "won"
    assert changed_since(browser, after["update_time"]) == [FIRST]


def test_a_lost_deal_that_is_taken_up_again_forgets_reason_and_time(company):
    sandbox, browser = company
    stage = deal(browser, FIRST)["stage_id"]
    other = next(name for name, number in STAGE_IDS.items() if number not in (stage, 7, 8))
    for edit in (MoveStage(FIRST, "closedlost"), SetField(FIRST, "closed_lost_reason", "Price", "integration")):
        sandbox.apply("t", edit)
    lost = deal(browser, FIRST)
    assert (lost["status"], lost["lost_reason"]) == ("lost", "Price")
    assert lost["lost_time"] < lost["update_time"]
    sandbox.apply("t", MoveStage(FIRST, other, "workflow"))
    again = deal(browser, FIRST)
    assert (again["status"], again["stage_id"]) == ("open", STAGE_IDS[other])
    assert (again["lost_reason"], again["lost_time"], again["close_time"]) == (None, None, None)
    rows = [row for row in browser.changes(int(FIRST)) if moment(row["time"]) == moment(again["update_time"])]
    assert {row["field_key"]: (row["old_value"], row["new_value"]) for row in rows} == {
        "status": ("lost", "open"),
        "lost_reason": ("Price", None),
        "stage_id": (str(stage), str(STAGE_IDS[other])),
    }
    assert {row["change_source"] for row in rows} == {"automation"}


def test_values_that_pipedrive_would_refuse_change_nothing_but_the_stamp(company):
    sandbox, browser = company
    before = deal(browser, FIRST)
    for name, value in (("amount", "about 5k"), ("closedate", "soon"), ("closedate", "9" * 30)):
        sandbox.apply("t", SetField(FIRST, name, value))
    after = deal(browser, FIRST)
    assert after["value"] == before["value"]
    assert after["expected_close_date"] == before["expected_close_date"]
    assert after["update_time"] > before["update_time"]
    sandbox.apply("t", SetField(FIRST, "amount", "1234.50"))
    assert deal(browser, FIRST)["value"] == 1234.5
    newest = browser.changes(int(FIRST))[-1]
    assert (newest["field_key"], newest["new_value"]) == ("value", "1234.50")


def test_a_new_deal_has_one_row_and_never_moved(company):
    sandbox, browser = company
    new = sandbox.apply("t", Create(actor="integration"))
    made = deal(browser, new)
    assert made["stage_change_time"] is None
    assert made["add_time"] == made["update_time"]
    assert (made["value"], made["status"], made["origin"]) == (0, "open", "API")
    rows = browser.changes(int(new))
    assert [(row["field_key"], row["old_value"], row["change_source"]) for row in rows] == [("add_time", None, "api")]
    assert changed_since(browser, made["add_time"]) == [new]
    sandbox.apply("t", MoveStage(new, "qualifiedtobuy"))
    assert deal(browser, new)["stage_change_time"] == deal(browser, new)["update_time"]


def test_people_calls_mails_and_owners(company):
    sandbox, browser = company
    before = deal(browser, FIRST)
    sandbox.apply("t", AddContact(FIRST))
    people = deal(browser, FIRST)
    assert people["participants_count"] == before["participants_count"] + 1
    assert people["update_time"] > before["update_time"]
    sandbox.apply("t", LogActivity(FIRST, "call"))
    newest = list(browser.every("/api/v2/activities", sort_by="update_time", updated_since=people["update_time"]))
    assert [(row["deal_id"], row["type"], row["done"]) for row in newest] == [(int(FIRST), "call", True)]
    sandbox.apply("t", LogActivity(FIRST, "email", "INCOMING_EMAIL"))
    assert deal(browser, FIRST)["email_messages_count"] == before["email_messages_count"] + 1
    sandbox.apply("t", Reown(FIRST, 3))
    row = browser.changes(int(FIRST))[-1]
    assert row["field_key"] == "user_id"
    assert row["new_value"] == str(deal(browser, FIRST)["owner_id"]) == truth_of(sandbox, FIRST).owner_id


def test_a_deleted_deal_is_kept_for_a_month_and_can_come_back(company):
    sandbox, browser = company
    before = deal(browser, FIRST)
    sandbox.apply("t", Archive(FIRST))
    gone = deal(browser, FIRST)
    assert (gone["status"], gone["is_deleted"]) == ("deleted", True)
    assert gone["update_time"] > before["update_time"]
    assert int(FIRST) not in browser.deals()
    assert FIRST in [str(row["id"]) for row in browser.every("/api/v2/deals", status="deleted")]
    assert browser.changes(int(FIRST))[-1]["new_value"] == "deleted"
    sandbox.apply("t", Restore(FIRST))
    back = deal(browser, FIRST)
    assert (back["status"], back["is_deleted"]) == ("open", False)
    assert back["update_time"] > gone["update_time"]
    assert int(FIRST) in browser.deals()
    sandbox.apply("t", Archive(FIRST))
    sandbox.portal("t").last_edit += 31 * 86_400_000
    assert browser.get(f"/api/v2/deals/{FIRST}").status_code == 404
    assert FIRST not in [str(row["id"]) for row in browser.every("/api/v2/deals", status="deleted")]


def test_a_vanished_deal_answers_nowhere_and_its_calls_belong_to_nothing(company):
    sandbox, browser = company
    calls = [row["id"] for row in browser.every("/api/v2/activities", deal_id=FIRST)]
    total = len(list(browser.every("/api/v2/activities")))
    sandbox.apply("t", Vanish(FIRST))
    for path in (f"/api/v2/deals/{FIRST}", f"/v1/deals/{FIRST}/changelog", f"/v1/deals/{FIRST}/mailMessages"):
        assert browser.get(path).status_code == 404
    assert int(FIRST) not in {row["id"] for row in browser.every("/api/v2/deals", status="open,won,lost,deleted")}
    assert len(list(browser.every("/api/v2/activities"))) == total
    assert calls
    assert all(browser.data(f"/api/v2/activities/{call}")["deal_id"] is None for call in calls)


def test_of_two_merged_deals_the_first_stays_with_its_own_history_and_both_ones_work(company):
    sandbox, browser = company
    parts = {number: deal(browser, number) for number in (FIRST, SECOND)}
    calls = {number: {row["id"] for row in browser.every("/api/v2/activities", deal_id=number)} for number in parts}
    told = browser.changes(int(FIRST))
    before = truth_of(sandbox, FIRST)
    assert sandbox.apply("t", Merge(FIRST, SECOND)) == FIRST
    merged, lost = deal(browser, FIRST), deal(browser, SECOND)
    assert browser.changes(int(FIRST)) == told
    assert merged["add_time"] == parts[FIRST]["add_time"]
    assert merged["update_time"] == lost["update_time"] > max(part["update_time"] for part in parts.values())
    assert (lost["status"], lost["is_deleted"]) == ("deleted", True)
    for name in ("participants_count", "email_messages_count"):
        assert merged[name] == sum(part[name] for part in parts.values())
    moved = {row["id"]: row for row in browser.every("/api/v2/activities", deal_id=FIRST)}
    assert set(moved) == calls[FIRST] | calls[SECOND]
    assert all(moved[call]["update_time"] == merged["update_time"] for call in calls[SECOND])
    assert not list(browser.every("/api/v2/activities", deal_id=SECOND))
    after = truth_of(sandbox, FIRST)
    assert (after.visits, after.created_at) == (before.visits, before.created_at)
    assert truth_of(sandbox, SECOND).merged_into == FIRST


def test_one_second_for_all_deals(company):
    sandbox, browser = company
    deals = browser.deals()
    sandbox.touch_everything("t")
    after = browser.deals()
    stamp = {row["update_time"] for row in after.values()}
    assert len(stamp) == 1
    live = [row["id"] for row in after.values() if not row["is_archived"]]
    assert list(map(int, changed_since(browser, stamp.pop()))) == sorted(live)
    assert set(after) == set(deals)
