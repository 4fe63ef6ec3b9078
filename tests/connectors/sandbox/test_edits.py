"""What people change between two nights shows in the API as HubSpot shows it, and in the truth."""

from __future__ import annotations

import subprocess
import sys

import pytest
import requests

from connectors.sandbox import (
    AddContact,
    Archive,
    LogActivity,
    Merge,
    MoveStage,
    Organisation,
    SetField,
    Vanish,
    start_sandbox,
)
from tests.connectors.sandbox.browsing import Browser

ORGANISATION = Organisation(51, 80)


@pytest.fixture
def portal():
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        yield sandbox, Browser(sandbox.url)


def open_deals() -> list[str]:
    return [
        truth.deal_id
        for truth in ORGANISATION.truth()
        if truth.status == "open" and truth.is_judged and truth.plot.startswith("open_in")
    ]


def read(browser: Browser, deal: str) -> dict:
    fields = "dealstage,amount,closedate,num_associated_contacts,hs_merged_object_ids"
    return browser.get(f"/crm/v3/objects/deals/{deal}", properties=fields, propertiesWithHistory=fields).json()


def truth_of(sandbox, deal: str):
    return next(truth for truth in sandbox.portal("t").truth() if truth.deal_id == deal)


def test_a_win_moves_stage_close_date_and_stamp(portal):
    sandbox, browser = portal
    deal = open_deals()[0]
    before = read(browser, deal)
    sandbox.apply("t", MoveStage(deal, "closedwon"))
    after = read(browser, deal)
    assert after["properties"]["dealstage"] == "closedwon"
    assert after["updatedAt"] > before["updatedAt"]
    assert len(after["propertiesWithHistory"]["dealstage"]) == len(before["propertiesWithHistory"]["dealstage"]) + 1
    assert after["propertiesWithHistory"]["closedate"][0]["timestamp"] == after["updatedAt"]
    told = truth_of(sandbox, deal)
    assert (told.status, told.steps) == ("won", None)


def test_the_organisation_itself_never_changes(portal):
    sandbox, _ = portal
    before = list(ORGANISATION.truth())
    sandbox.apply("t", SetField(open_deals()[0], "amount", "about 5k"))
    assert list(ORGANISATION.truth()) == before


def test_activities_and_contacts(portal):
    sandbox, browser = portal
    deal = open_deals()[1]
    calls = {call["id"] for call in browser.every("calls")}
    sandbox.apply("t", LogActivity(deal))
    new = ({call["id"] for call in browser.every("calls")} - calls).pop()
    assert browser.associated("calls", "deals", [new]) == {new: [int(deal)]}
    stamp = read(browser, deal)["updatedAt"]
    sandbox.apply("t", AddContact(deal))
    assert read(browser, deal)["updatedAt"] == stamp
    linked = browser.associated("deals", "contacts", [deal])[deal]
    assert len(linked) == int(read(browser, deal)["properties"]["num_associated_contacts"])


def test_archiving_keeps_the_stamp_and_vanishing_leaves_nothing(portal):
    sandbox, browser = portal
    first, second = open_deals()[:2]
    stamp = read(browser, first)["updatedAt"]
    sandbox.apply("t", Archive(first))
    kept = browser.get(f"/crm/v3/objects/deals/{first}", archived="true").json()
    assert kept["archived"] is True
    assert kept["updatedAt"] == stamp < kept["archivedAt"]
    talks = {kind: browser.associated("deals", kind, [second]) for kind in ("meetings", "calls", "emails")}
    totals = [browser.post(f"/crm/v3/objects/{kind}/search", {}).json()["total"] for kind in ("calls", "meetings")]
    sandbox.apply("t", Vanish(second))
    assert totals == [len(list(browser.every(kind))) for kind in ("calls", "meetings")]
    assert totals == [
        browser.post(f"/crm/v3/objects/{kind}/search", {}).json()["total"] for kind in ("calls", "meetings")
    ]
    assert any(talks.values())
    for kind, found in talks.items():
        orphans = [str(identifier) for identifier in found.get(second, [])]
        assert browser.associated(kind, "deals", orphans) == {}
    assert browser.get(f"/crm/v3/objects/deals/{second}").status_code == 404
    shown = {d["id"] for archived in ("true", "false") for d in browser.every("deals", archived=archived)}
    assert first in shown
    assert second not in shown
    assert truth_of(sandbox, first).unjudged_reason == "deleted"
    assert truth_of(sandbox, second).whereabouts == "gone"
    with pytest.raises(ValueError, match="not in this account any more"):
        sandbox.apply("t", Archive(second))


def test_a_merge_makes_a_new_deal_with_both_histories_and_all_that_belonged_to_them(portal):
    sandbox, browser = portal
    first, second = open_deals()[:2]
    sandbox.apply("t", LogActivity(first))
    parts = [read(browser, deal) for deal in (first, second)]
    contacts = browser.associated("deals", "contacts", [first, second])
    new = sandbox.apply("t", Merge(first, second))
    merged = read(browser, first)
    assert merged["id"] == new == read(browser, second)["id"]
    assert merged["properties"]["hs_merged_object_ids"] == f"{first};{second}"
    stages = {entry["timestamp"] for entry in merged["propertiesWithHistory"]["dealstage"]}
    assert stages >= {entry["timestamp"] for part in parts for entry in part["propertiesWithHistory"]["dealstage"]}
    listed = {deal["id"] for deal in browser.every("deals")}
    assert new in listed
    assert not listed & {first, second}
    both = sorted(contacts.get(first, []) + contacts.get(second, []))
    assert sorted(browser.associated("deals", "contacts", [new])[new]) == both
    assert browser.associated("deals", "contacts", [first]) == {}
    assert len(browser.associated("deals", "calls", [new])[new]) >= 1
    calls = [call["id"] for call in browser.every("calls")]
    assert [int(new)] in browser.associated("calls", "deals", calls).values()
    assert truth_of(sandbox, first).merged_into == new
    total = browser.post("/crm/v3/objects/deals/search", {}).json()["total"]
    assert total == len(listed)


def test_the_command_line_serves_and_takes_edits():
    command = [sys.executable, "-m", "connectors.sandbox", "--deals", "60", "--seed", "51", "--token", "x"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            url = server.stdout.readline().strip()
            assert server.stdout.readline().strip() == "HUBSPOT_TOKEN=x"
            browser = Browser(url, "x")
            deal = next(browser.every("deals"))["id"]
            edit = {"token": "x", "edit": "SetField", "deal_id": deal, "name": "amount", "value": "77"}
            assert requests.post(url + "/_sandbox/edits", json=edit, timeout=5).json() == {"id": deal}
            assert read(browser, deal)["properties"]["amount"] == "77"
        finally:
            server.terminate()


def test_the_command_line_says_what_is_wrong():
    command = [sys.executable, "-m", "connectors.sandbox", "--knob", "colour=1"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "unknown knob colour" in answer.stderr
