"""Search as HubSpot has it: by modification date or id, capped, without history, and behind the truth."""

from __future__ import annotations

import pytest

from connectors.sandbox import Archive, Organisation, SetField, start_sandbox
from tests.connectors.sandbox.browsing import Browser

ORGANISATION = Organisation(31, 150)
STAMP = "hs_lastmodifieddate"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def portal():
    clock = Clock()
    with start_sandbox({"t": ORGANISATION}, clock=clock) as sandbox:
        yield sandbox, Browser(sandbox.url), clock


def live() -> list[str]:
    return [truth.deal_id for truth in ORGANISATION.truth() if truth.whereabouts == "live"]


def test_windows_partition_all_deals(portal):
    _, browser, _ = portal
    stamps = sorted(story.modified for story in ORGANISATION.stories() if story.merged_into is None)
    middle = stamps[len(stamps) // 2]
    before = browser.search("deals", (STAMP, "LT", middle), limit=200).json()
    after = browser.search("deals", (STAMP, "GTE", middle), limit=200).json()
    ids = [deal["id"] for deal in [*before["results"], *after["results"]]]
    assert sorted(ids) == sorted(live())
    edge = browser.search("deals", (STAMP, "EQ", middle)).json()["total"]
    beyond = browser.search("deals", (STAMP, "GT", middle)).json()["total"]
    assert beyond == after["total"] - edge
    assert browser.search("deals", (STAMP, "LTE", middle)).json()["total"] == before["total"] + edge


def test_keyset_by_stamp_and_by_id(portal):
    _, browser, _ = portal
    sort = [{"propertyName": STAMP, "direction": "ASCENDING"}]
    page = browser.search("deals", (STAMP, "GTE", 1), sorts=sort, limit=200).json()["results"]
    stamps = [deal["properties"][STAMP] for deal in page]
    assert stamps == sorted(stamps)
    ids = sorted(int(identifier) for identifier in live())
    by_id = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    half = browser.search("deals", ("hs_object_id", "GT", ids[60]), sorts=by_id, limit=200).json()["results"]
    assert [int(deal["id"]) for deal in half] == ids[61:]


def test_pages_of_a_search(portal):
    _, browser, _ = portal
    first = browser.post("/crm/v3/objects/deals/search", {"limit": 100}).json()
    second = browser.post("/crm/v3/objects/deals/search", {"limit": 100, "after": first["paging"]["next"]["after"]})
    ids = [deal["id"] for deal in [*first["results"], *second.json()["results"]]]
    assert sorted(ids) == sorted(live())
    assert "paging" not in second.json()


def test_refusals(portal):
    _, browser, _ = portal
    assert browser.post("/crm/v3/objects/deals/search", {"limit": 201}).status_code == 400
    assert browser.post("/crm/v3/objects/deals/search", {"limit": 200, "after": "9900"}).status_code == 400
    assert browser.search("deals", (STAMP, "GTE", 0)).status_code == 500
    assert browser.post("/crm/v3/objects/deals/search", {"propertiesWithHistory": ["amount"]}).status_code == 400
    assert browser.search("deals", (STAMP, "CONTAINS", 1)).status_code == 400


def test_open_deals_are_found(portal):
    _, browser, _ = portal
    found = browser.search("deals", ("hs_is_closed", "EQ", "false"), limit=200).json()["results"]
    truths = ORGANISATION.truth()
    assert {d["id"] for d in found} == {t.deal_id for t in truths if t.status == "open" and t.whereabouts == "live"}


def test_search_has_no_history_and_no_rate_headers(portal):
    _, browser, _ = portal
    answer = browser.post("/crm/v3/objects/deals/search", {"limit": 1})
    assert "propertiesWithHistory" not in answer.json()["results"][0]
    assert not [name for name in answer.headers if name.startswith("x-hubspot")]
    assert browser.get("/crm/v3/owners").headers["x-hubspot-ratelimit-max"]


def test_an_edit_is_found_only_after_the_lag(portal):
    sandbox, browser, clock = portal
    sandbox.turn(search_lag_seconds=30)
    deal, since = live()[20], ORGANISATION.days.now
    browser.search("deals", (STAMP, "GTE", since))
    sandbox.apply("t", SetField(deal, "amount", "999"))
    read = browser.post("/crm/v3/objects/deals/batch/read", {"inputs": [{"id": deal}], "properties": ["amount"]})
    assert read.json()["results"][0]["properties"]["amount"] == "999"
    assert browser.search("deals", (STAMP, "GTE", since)).json()["total"] == 0
    clock.seconds += 31
    assert [d["id"] for d in browser.search("deals", (STAMP, "GTE", since)).json()["results"]] == [deal]
    assert browser.post("/crm/v3/objects/deals/search", {}).json()["total"] == len(live())


def test_an_archived_deal_leaves_the_search_without_a_new_stamp(portal):
    sandbox, browser, _ = portal
    deal = live()[25]
    sandbox.apply("t", Archive(deal))
    assert browser.post("/crm/v3/objects/deals/search", {}).json()["total"] == len(live()) - 1
    assert browser.search("deals", (STAMP, "GT", ORGANISATION.days.now)).json()["total"] == 0


def test_a_flood_shares_one_stamp(portal):
    sandbox, browser, _ = portal
    sandbox.touch_everything("t")
    page = browser.search("deals", (STAMP, "GT", ORGANISATION.days.now), limit=200).json()
    assert page["total"] == len(live())
    assert len({deal["properties"][STAMP] for deal in page["results"]}) == 1
