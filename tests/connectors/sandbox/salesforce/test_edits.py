"""What people change between two nights shows in the org as Salesforce would show it."""

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
    Transfer,
    Vanish,
)
from connectors.sandbox.salesforce.server import start_sandbox
from tests.connectors.sandbox.salesforce.browsing import DATA, Browser

ORGANISATION = Organisation(51, 80)
DEAL = "Id, StageName, Amount, CloseDate, OwnerId, IsDeleted, IsClosed, IsWon, Probability, SystemModstamp"
OF_DEALS = ("Task", "Event", "OpportunityContactRole", "Quote", "OpportunityHistory", "OpportunityFieldHistory")


@pytest.fixture
def org():
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        yield sandbox, Browser(sandbox.url)


def open_deals(sandbox) -> list[str]:
    return [deal.deal_id for deal in sandbox.portal("t").truth() if deal.plot.startswith("open_in")]


def read(browser: Browser, deal: str) -> dict:
    found = browser.rows(f"SELECT {DEAL} FROM Opportunity WHERE Id = '{deal}'")
    return found[0] if found else {}


def of(browser: Browser, kind: str, deal: str, fields: str = "Id, IsDeleted, CreatedDate") -> list[dict]:
    parent = "WhatId" if kind in ("Task", "Event") else "OpportunityId"
    return browser.rows(f"SELECT {fields} FROM {kind} WHERE {parent} = '{deal}' ORDER BY Id")


def test_a_win_is_one_save_with_one_row_of_history(org):
    sandbox, browser = org
    deal = open_deals(sandbox)[0]
    before, rows = read(browser, deal), of(browser, "OpportunityHistory", deal)
    sandbox.apply("t", MoveStage(deal, "closedwon"))
    after = read(browser, deal)
    assert (after["StageName"], after["IsWon"], after["IsClosed"], after["Probability"]) == (
        "Closed Won",
        True,
        True,
        100.0,
    )
    assert after["SystemModstamp"] > before["SystemModstamp"]
    assert after["CloseDate"] == "2026-06-30"
    new = of(browser, "OpportunityHistory", deal, "Id, StageName, CloseDate, PrevCloseDate, CreatedDate")[len(rows) :]
    assert [(row["StageName"], row["CreatedDate"]) for row in new] == [("Closed Won", after["SystemModstamp"])]
    assert (new[0]["CloseDate"], new[0]["PrevCloseDate"]) == ("2026-06-30", before["CloseDate"])


def test_an_amount_makes_a_row_that_is_no_change_of_stage(org):
    sandbox, browser = org
    deal = open_deals(sandbox)[0]
    sandbox.apply("t", SetField(deal, "amount", "1234.5"))
    last = of(browser, "OpportunityHistory", deal, "Id, StageName, Amount")[-1]
    assert (last["StageName"], last["Amount"]) == (read(browser, deal)["StageName"], 1234.5)
    tracked = of(browser, "OpportunityFieldHistory", deal, "Field, NewValue, DataType")[-1]
    assert (tracked["Field"], tracked["NewValue"], tracked["DataType"]) == ("Amount", 1234.5, "Currency")


def test_what_is_no_number_does_not_get_into_a_number_field(org):
    sandbox, browser = org
    deal = open_deals(sandbox)[0]
    sandbox.apply("t", SetField(deal, "amount", "about ten thousand"))
    assert read(browser, deal)["Amount"] is None


def test_handing_over_is_tracked_and_makes_no_row_of_stage_history(org):
    sandbox, browser = org
    deal = open_deals(sandbox)[0]
    rows = of(browser, "OpportunityHistory", deal)
    sandbox.apply("t", Reown(deal, 4))
    assert of(browser, "OpportunityHistory", deal) == rows
    owner = read(browser, deal)["OwnerId"]
    tracked = of(browser, "OpportunityFieldHistory", deal, "Field, NewValue")
    assert ("Owner", owner) in {(row["Field"], row["NewValue"]) for row in tracked}


def test_a_change_of_record_type_is_tracked_by_id_and_by_name_in_the_save_that_made_it(org):
    sandbox, browser = org
    deal, other = open_deals(sandbox)[:2]
    rows = of(browser, "OpportunityHistory", deal)
    sandbox.apply("t", Transfer(deal, "renewals", "renewalquoted"))
    renewals = browser.rows("SELECT Id FROM RecordType WHERE SobjectType = 'Opportunity'")[0]["Id"]
    assert browser.rows(f"SELECT RecordTypeId, StageName FROM Opportunity WHERE Id = '{deal}'")[0] | {
        "attributes": None
    } == {"attributes": None, "RecordTypeId": renewals, "StageName": "Renewal Quoted"}
    new = of(browser, "OpportunityHistory", deal)[len(rows) :]
    tracked = of(browser, "OpportunityFieldHistory", deal, "Field, OldValue, NewValue, DataType, CreatedDate")
    typed = [row for row in tracked if row["Field"] == "RecordType"]
    assert [(row["OldValue"], row["NewValue"], row["DataType"]) for row in typed] == [
        (None, renewals, "EntityId"),
        (None, "Renewals", "Text"),
    ]
    assert {row["CreatedDate"] for row in typed} == {new[0]["CreatedDate"]}
    sandbox.turn(untracked_fields=["RecordType"])
    assert "RecordType" not in {row["Field"] for row in of(browser, "OpportunityFieldHistory", deal, "Field")}
    # The record type alone is no change that the stages' history knows of.
    rows = of(browser, "OpportunityHistory", other)
    sandbox.apply("t", SetField(other, "pipeline", "renewals"))
    assert of(browser, "OpportunityHistory", other) == rows


def test_a_deleted_deal_lies_in_the_bin_with_all_that_belongs_to_it(org):
    sandbox, browser = org
    deal = next(key for key in open_deals(sandbox) if of(browser, "Task", key))
    before = {kind: of(browser, kind, deal) for kind in OF_DEALS}
    sandbox.apply("t", Archive(deal))
    assert read(browser, deal)["IsDeleted"]
    assert browser.rows(f"SELECT Id FROM Opportunity WHERE Id = '{deal}'", deleted=False) == []
    for kind in OF_DEALS:
        assert [row["Id"] for row in of(browser, kind, deal)] == [row["Id"] for row in before[kind]]
        assert all(row["IsDeleted"] for row in of(browser, kind, deal))
    stamp = read(browser, deal)["SystemModstamp"]
    window = {"start": "2026-06-29T00:00:00Z", "end": "2026-07-01T00:00:00Z"}
    told = browser.get(f"{DATA}/sobjects/Opportunity/deleted/", **window).json()["deletedRecords"]
    assert {"deletedDate": stamp, "id": deal} in told
    sandbox.apply("t", Restore(deal))
    assert not read(browser, deal)["IsDeleted"]
    assert read(browser, deal)["SystemModstamp"] > stamp
    assert {kind: of(browser, kind, deal) for kind in OF_DEALS} == before
    assert deal not in {
        row["id"] for row in browser.get(f"{DATA}/sobjects/Opportunity/deleted/", **window).json()["deletedRecords"]
    }


def test_of_two_merged_deals_the_first_keeps_its_own_history_and_gets_the_others_work(org):
    sandbox, browser = org
    first, second = open_deals(sandbox)[:2]
    history = of(browser, "OpportunityHistory", first)
    roles = of(browser, "OpportunityContactRole", first) + of(browser, "OpportunityContactRole", second)
    assert sandbox.apply("t", Merge(first, second)) == first
    assert of(browser, "OpportunityHistory", first) == history
    assert not read(browser, first)["IsDeleted"]
    assert read(browser, second)["IsDeleted"]
    assert {row["Id"] for row in of(browser, "OpportunityContactRole", first)} == {row["Id"] for row in roles}
    assert all(row["IsDeleted"] for row in of(browser, "OpportunityHistory", second))


def test_what_vanishes_is_in_no_list(org):
    sandbox, browser = org
    deal = open_deals(sandbox)[0]
    sandbox.apply("t", Vanish(deal))
    assert read(browser, deal) == {}
    assert all(of(browser, kind, deal) == [] for kind in OF_DEALS)
    window = {"start": "2026-06-29T00:00:00Z", "end": "2026-07-01T00:00:00Z"}
    path = f"{DATA}/sobjects/Opportunity/deleted/"
    assert deal not in {row["id"] for row in browser.get(path, **window).json()["deletedRecords"]}
    sandbox.turn(list_vanished=True)
    assert deal in {row["id"] for row in browser.get(path, **window).json()["deletedRecords"]}


def test_a_new_deal_has_a_plan_a_first_row_and_then_contacts_and_calls(org):
    sandbox, browser = org
    deal = sandbox.apply("t", Create(owner=2))
    assert read(browser, deal)["CloseDate"] == "2026-07-30"
    assert len(of(browser, "OpportunityHistory", deal)) == 1
    sandbox.apply("t", AddContact(deal))
    sandbox.apply("t", LogActivity(deal))
    sandbox.apply("t", LogActivity(deal, "meeting", "NO_SHOW"))
    assert len(of(browser, "OpportunityContactRole", deal)) == 1
    assert [row["Status"] for row in of(browser, "Task", deal, "Status, WhoId")] == ["Completed"]
    assert [row["IsDeleted"] for row in of(browser, "Event", deal)] == [True]


def test_one_stamp_for_everything_and_no_row_of_history(org):
    sandbox, browser = org
    rows = browser.count("OpportunityHistory")
    sandbox.touch_everything("t")
    stamps = {row["SystemModstamp"] for row in browser.rows("SELECT SystemModstamp FROM Opportunity", deleted=False)}
    assert stamps == {"2026-06-30T04:00:01.000+0000"}
    assert browser.count("OpportunityHistory") == rows
