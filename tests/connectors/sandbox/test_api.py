"""The HTTP face has the shapes and limits that HubSpot documents, and lists exactly the truth."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.sandbox import Organisation, start_sandbox
from connectors.sandbox.stock import STAGE_MAP
from tests.connectors.sandbox.browsing import FIELDS, HISTORY, Browser

ORGANISATION = Organisation(21, 200)


@pytest.fixture(scope="module")
def browser():
    with start_sandbox({"t": ORGANISATION, "other": Organisation(22, 50)}) as sandbox:
        yield Browser(sandbox.url)


@pytest.fixture(scope="module")
def truths():
    return {truth.deal_id: truth for truth in ORGANISATION.truth()}


def test_lists_show_exactly_the_deals_of_the_truth(browser, truths):
    live = {deal["id"]: deal for deal in browser.every("deals", properties=FIELDS)}
    archived = {deal["id"] for deal in browser.every("deals", archived="true")}
    assert set(live) == {i for i, truth in truths.items() if truth.whereabouts == "live"}
    assert archived == {i for i, truth in truths.items() if truth.whereabouts == "archived"}
    assert list(live) == sorted(live, key=int)
    for identifier, deal in live.items():
        fields, truth = deal["properties"], truths[identifier]
        assert fields["hubspot_owner_id"] == truth.owner_id
        assert fields["deal_currency_code"] == truth.currency
        assert (fields["amount"] or None) == (None if truth.amount is None else str(truth.amount))
        assert STAGE_MAP[fields["pipeline"]].get(fields["dealstage"], "unmapped") == truth.stage_key
        assert all(value is None or isinstance(value, str) for value in fields.values())


def test_counts_of_all_objects_agree_between_truth_list_and_search(browser):
    stated = ORGANISATION.summary().objects
    for kind in ("deals", "meetings", "calls", "emails", "quotes", "line_items"):
        listed = [thing["id"] for thing in browser.every(kind)]
        assert len(set(listed)) == len(listed) == stated[kind]
        assert browser.post(f"/crm/v3/objects/{kind}/search", {"limit": 1}).json()["total"] == stated[kind]


def test_history_is_newest_first_and_ends_with_the_present(browser):
    kinds = Counter()
    for deal in browser.every("deals", properties=FIELDS, propertiesWithHistory=HISTORY):
        for name, entries in deal["propertiesWithHistory"].items():
            stamps = [entry["timestamp"] for entry in entries]
            assert stamps == sorted(stamps, reverse=True)
            assert all(set(entry) >= {"value", "timestamp", "sourceType", "sourceId"} for entry in entries)
            kinds.update(entry["sourceType"] for entry in entries)
            if entries and name != "num_associated_contacts":
                assert (deal["properties"][name] or "") == entries[0]["value"]
    assert kinds.keys() >= {"CRM_UI", "INTEGRATION", "IMPORT", "AUTOMATION_PLATFORM", "CALCULATED", "MERGE_OBJECTS"}


def test_unknown_properties_are_dropped_silently(browser):
    deal = browser.get("/crm/v3/objects/deals", limit=1, properties="dealname,no_such_thing").json()["results"][0]
    assert set(deal["properties"]) == {"dealname", "createdate", "hs_lastmodifieddate", "hs_object_id"}


def test_page_sizes_are_limited(browser):
    assert browser.get("/crm/v3/objects/deals", limit=101).json()["category"] == "VALIDATION_ERROR"
    assert browser.get("/crm/v3/objects/deals", limit=51, propertiesWithHistory="amount").status_code == 400
    ids = [{"id": str(number)} for number in range(51)]
    refused = browser.post("/crm/v3/objects/deals/batch/read", {"inputs": ids, "propertiesWithHistory": ["amount"]})
    assert refused.status_code == 400


def test_a_merged_deal_answers_with_its_survivor(browser, truths):
    gone = next(truth for truth in truths.values() if truth.whereabouts == "merged_away")
    answer = browser.get(f"/crm/v3/objects/deals/{gone.deal_id}", properties="hs_merged_object_ids").json()
    assert answer["id"] == gone.merged_into
    assert gone.deal_id in answer["properties"]["hs_merged_object_ids"].split(";")


def test_batch_read_gives_history_and_names_what_is_gone(browser, truths):
    live = next(i for i, truth in truths.items() if truth.whereabouts == "live")
    asked = {"inputs": [{"id": live}, {"id": "7"}], "properties": ["amount"], "propertiesWithHistory": ["dealstage"]}
    answer = browser.post("/crm/v3/objects/deals/batch/read", asked)
    assert answer.status_code == 207
    body = answer.json()
    assert [thing["id"] for thing in body["results"]] == [live]
    assert body["results"][0]["propertiesWithHistory"]["dealstage"]
    assert body["errors"][0]["context"]["ids"] == ["7"]


def test_associations_name_contacts_and_say_where_there_are_none(browser, truths):
    live = [i for i, truth in truths.items() if truth.whereabouts == "live"]
    answer = browser.post("/crm/v4/associations/deals/contacts/batch/read", {"inputs": [{"id": i} for i in live]})
    found = {result["from"]["id"]: result["to"] for result in answer.json()["results"]}
    counted = {deal["id"]: int(deal["properties"]["num_associated_contacts"]) for deal in browser.every(
        "deals", properties="num_associated_contacts")}  # fmt: skip
    assert {i: len(found.get(i, [])) for i in live} == counted
    assert answer.status_code == 207
    without = {error["context"]["fromObjectId"][0] for error in answer.json()["errors"]}
    assert without == {i for i in live if counted[i] == 0}
    inline = browser.get("/crm/v3/objects/deals", limit=1, associations="contacts").json()["results"][0]
    assert len(inline["associations"]["contacts"]["results"]) == counted[inline["id"]]


def test_pipelines_have_text_where_numbers_are_expected(browser):
    pipelines = browser.get("/crm/v3/pipelines/deals").json()["results"]
    assert [pipeline["id"] for pipeline in pipelines] == ["default", "renewals"]
    stages = {stage["id"]: stage["metadata"] for stage in pipelines[0]["stages"]}
    assert stages["closedwon"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["qualifiedtobuy"] == {"isClosed": "false", "probability": "0.4"}


def test_owners_who_left_are_only_among_the_archived(browser, truths):
    active = browser.get("/crm/v3/owners", limit=500).json()["results"]
    left = browser.get("/crm/v3/owners", limit=500, archived="true").json()["results"]
    assert not {o["id"] for o in active} & {o["id"] for o in left}
    assert {truth.owner_id for truth in truths.values()} == {o["id"] for o in [*active, *left]}
    assert all(owner["archived"] and owner["userId"] is None for owner in left)
    first = browser.get("/crm/v3/owners", limit=3).json()
    second = browser.get("/crm/v3/owners", limit=3, after=first["paging"]["next"]["after"]).json()
    assert not {o["id"] for o in first["results"]} & {o["id"] for o in second["results"]}


def test_account_and_properties(browser):
    assert browser.get("/account-info/v3/details").json()["companyCurrency"] == "EUR"
    known = {item["name"] for item in browser.get("/crm/v3/properties/deals").json()["results"]}
    assert set(FIELDS.split(",")) | set(HISTORY.split(",")) <= known
    for kind in ("meetings", "calls", "emails", "quotes", "line_items"):
        assert browser.get(f"/crm/v3/properties/{kind}").json()["results"]


def test_each_token_opens_its_own_portal(browser):
    other = Browser(browser.url, "other")
    assert other.post("/crm/v3/objects/deals/search", {}).json()["total"] <= 50
    refused = Browser(browser.url, "nobody").get("/crm/v3/objects/deals")
    assert refused.status_code == 401
    assert refused.json()["category"] == "INVALID_AUTHENTICATION"


def test_strange_requests_are_refused_as_hubspot_does(browser):
    assert browser.get("/crm/v3/nothing").status_code == 404
    assert browser.get("/crm/v3/objects/deals/7").json()["category"] == "OBJECT_NOT_FOUND"
    assert browser.get("/crm/v3/objects/unicorns").status_code == 400
    broken = browser.session.post(browser.url + "/crm/v3/objects/deals/search", data=b"{", timeout=5)
    assert broken.json()["category"] == "VALIDATION_ERROR"
