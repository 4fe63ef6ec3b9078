"""Answers and errors have the shapes of recorded ones (restforce's, where the shared test material is present)."""

from __future__ import annotations

import csv
from typing import Any

import orjson
import pytest
import requests

from connectors.sandbox import Organisation
from connectors.sandbox.salesforce.server import start_sandbox
from connectors.sandbox.salesforce.words import client_id
from tests.connectors.sandbox.salesforce.browsing import DATA, Browser
from tests.shared import shared_folder


@pytest.fixture(scope="module")
def browser():
    with start_sandbox({"t": Organisation(4, 80)}) as sandbox:
        sandbox.turn(page_size=200)
        yield Browser(sandbox.url)


def recorded(name: str) -> Any:
    return orjson.loads(shared_folder("specs", "salesforce", "restforce", f"{name}_response.json").read_bytes())


def shape(value: Any) -> Any:
    """Names and types; of a list, its first element."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def assert_covers(ours: Any, theirs: Any, place: str = "answer") -> None:
    """Whatever the recording has, ours has with the same type; more is allowed, null is anything."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), place
        for name, inner in theirs.items():
            assert name in ours, f"{place}.{name}"
            assert_covers(ours[name], inner, f"{place}.{name}")
    elif isinstance(theirs, list):
        assert isinstance(ours, list), place
        if theirs and ours:
            assert_covers(ours[0], theirs[0], f"{place}[0]")
    elif "NoneType" not in (ours, theirs):
        assert ours == theirs, place


def test_the_list_of_versions(browser):
    assert shape(browser.get("/services/data/").json()) == shape(recorded("services_data_success"))


def test_the_list_of_objects_and_a_description(browser):
    ours = browser.get(f"{DATA}/sobjects/").json()
    assert_covers(shape(ours), shape(recorded("list_sobjects_success")))
    described = browser.get(f"{DATA}/sobjects/Opportunity/describe").json()
    theirs = recorded("sobject_describe_success")
    for field in described["fields"]:
        assert_covers(shape(field), shape(theirs["fields"][0]), field["name"])
    missing = browser.get(f"{DATA}/sobjects/Whizbang/describe")
    assert (missing.status_code, missing.json()) == (404, recorded("sobject_describe_error"))


@pytest.mark.parametrize("page", ["first", "last"])
def test_a_page(browser, page):
    theirs = recorded(f"query_paginated_{page}_page")
    ours = browser.ask("SELECT Name FROM OpportunityHistory".replace("Name", "StageName")).json()
    while page == "last" and not ours["done"]:
        ours = browser.get(ours["nextRecordsUrl"]).json()
    assert ours.keys() == theirs.keys()
    assert shape(ours["records"][0]["attributes"]) == shape(theirs["records"][0]["attributes"])


def test_nothing_found_and_groups(browser):
    assert browser.ask("SELECT Id FROM Opportunity WHERE Amount < 0").json() == recorded("query_empty")
    ours = browser.ask("SELECT OwnerId, SUM(Amount) FROM Opportunity GROUP BY OwnerId").json()
    theirs = recorded("query_aggregate_success")
    assert list(ours["records"][0]) == ["attributes", "OwnerId", "expr0"]
    assert ours["records"][0]["attributes"] == theirs["records"][0]["attributes"]
    assert ours.keys() == theirs.keys()


def test_a_record_holds_values_of_the_recorded_types(browser):
    theirs = recorded("sobject_find_success")
    ours = browser.rows("SELECT IsDeleted, Amount, CloseDate, CreatedDate FROM Opportunity WHERE Amount > 0")[0]
    alike = {
        "IsDeleted": "IsDeleted",
        "Amount": "Currency_Label",
        "CloseDate": "Date_Label",
        "CreatedDate": "DateTime_Label",
    }
    for name, label in alike.items():
        assert type(ours[name]) is type(theirs[label])
    for name in ("CloseDate", "CreatedDate"):
        assert [c if not c.isdigit() else "0" for c in ours[name]] == [
            c if not c.isdigit() else "0" for c in theirs[alike[name]]
        ]


def test_deletions(browser):
    window = {"start": "2026-06-16T00:00:00+00:00", "end": "2026-06-30T00:00:00+00:00"}
    ours = browser.get(f"{DATA}/sobjects/Opportunity/deleted/", **window).json()
    assert shape(ours) == shape(recorded("get_deleted_success"))


def test_tokens_and_refusals_of_tokens(browser):
    form = {"grant_type": "refresh_token", "client_id": client_id("t")}
    token = browser.url + "/services/oauth2/token"
    granted = requests.post(token, data={**form, "refresh_token": "t"}, timeout=20)
    assert_covers(shape(granted.json()), shape(recorded("refresh_success")))
    refused = requests.post(token, data={**form, "refresh_token": "dead"}, timeout=20)
    assert (refused.status_code, refused.json()) == (400, recorded("refresh_error"))
    stranger = Browser(browser.url, "nobody").ask("SELECT Id FROM User")
    assert (stranger.status_code, stranger.json()) == (401, recorded("expired_session"))
    assert shape(browser.ask("SELECT Nonsense FROM User").json()) == shape(recorded("query_error"))


def test_csv_reads_like_a_recorded_one(browser):
    path = shared_folder("specs", "salesforce", "jsforce_Account_bulk2_test.csv")
    with path.open(encoding="utf-8", newline="") as file:
        theirs = next(csv.DictReader(file))
    ours = browser.bulk("SELECT Id, Name, Amount, NextStep FROM Opportunity")
    assert {type(value) for value in ours[0].values()} == {type(value) for value in theirs.values()} == {str}
    assert "" in {row["NextStep"] for row in ours}
