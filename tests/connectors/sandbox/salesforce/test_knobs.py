"""Each way in which an org can misbehave, turned on by name."""

from __future__ import annotations

import csv
import io

import pytest

from connectors.sandbox import Create, MoveStage, Organisation
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.server import start_sandbox
from connectors.sandbox.salesforce.words import client_id
from tests.connectors.sandbox.salesforce.browsing import DATA, Browser

ORGANISATION = Organisation(12, 60)


@pytest.fixture
def org():
    """An org on a clock that tests move."""
    now = [0.0]
    with start_sandbox({"t": ORGANISATION}, clock=lambda: now[0]) as sandbox:
        yield sandbox, Browser(sandbox.url), now


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()[0]["errorCode"]


def test_what_is_not_licensed_is_not_there(org):
    sandbox, browser, _ = org
    sandbox.turn(missing_objects=["Quote"])
    assert code(browser.ask("SELECT Id FROM Quote")) == (400, "INVALID_TYPE")
    assert code(browser.get(f"{DATA}/sobjects/Quote/describe")) == (404, "NOT_FOUND")
    assert "Quote" not in {thing["name"] for thing in browser.get(f"{DATA}/sobjects/").json()["sobjects"]}


def test_a_hidden_field_is_silently_absent_and_refused_by_name(org):
    sandbox, browser, _ = org
    sandbox.turn(missing_fields=["Opportunity.Amount"])
    fields = {field["name"] for field in browser.get(f"{DATA}/sobjects/Opportunity/describe").json()["fields"]}
    assert "Amount" not in fields
    assert "StageName" in fields
    assert code(browser.ask("SELECT Amount FROM Opportunity")) == (400, "INVALID_FIELD")
    assert browser.ask("SELECT Amount FROM OpportunityHistory").status_code == 200


def test_without_tracking_the_field_history_is_there_and_empty(org):
    sandbox, browser, _ = org
    sandbox.turn(untracked_fields=["Amount"])
    assert "Amount" not in {row["Field"] for row in browser.rows("SELECT Field FROM OpportunityFieldHistory")}
    sandbox.turn(history_tracking=False)
    assert browser.count("OpportunityFieldHistory") == 0
    assert browser.count("OpportunityHistory") > 0


def test_the_days_requests_end_and_every_answer_tells_how_many_are_left(org):
    sandbox, browser, _ = org
    sandbox.turn(requests_per_day=12, used_today=9)
    answers = [browser.ask("SELECT Id FROM User") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403]
    assert [answer.headers["Sforce-Limit-Info"] for answer in answers[:3]] == [
        f"api-usage={n}/12" for n in (10, 11, 12)
    ]
    assert code(answers[3]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answers[3].headers["Sforce-Limit-Info"] == "api-usage=12/12"


def test_a_session_ends(org):
    sandbox, browser, now = org
    form = {"grant_type": "client_credentials", "client_id": client_id("t"), "client_secret": "t"}
    opened = browser.session.post(
        sandbox.url + "/services/oauth2/token", data=form, headers={"Authorization": ""}
    ).json()
    visitor = Browser(sandbox.url, opened["access_token"])
    assert visitor.ask("SELECT Id FROM User").status_code == 200
    now[0] += 7201
    assert code(visitor.ask("SELECT Id FROM User")) == (401, "INVALID_SESSION_ID")


def test_nobody_comes_in(org):
    sandbox, browser, _ = org
    sandbox.turn(unauthorized=True)
    assert code(browser.ask("SELECT Id FROM User")) == (401, "INVALID_SESSION_ID")


def test_queries_time_out_by_number_and_by_size(org):
    sandbox, browser, _ = org
    sandbox.turn(query_timeout_rows=50)
    assert code(browser.ask("SELECT Id FROM Opportunity")) == (400, "QUERY_TIMEOUT")
    assert browser.ask("SELECT Id FROM Opportunity WHERE IsWon = true").status_code == 200
    job = browser.job("SELECT Id FROM Opportunity")
    assert (job["state"], job["errorMessage"].partition(":")[0]) == ("Failed", "QUERY_TIMEOUT")
    sandbox.turn(query_timeout_rows=0, query_timeout_every=2)
    states = {browser.ask("SELECT Id FROM User").status_code for _ in range(2)}
    assert states == {200, 400}


def test_a_job_fails(org):
    sandbox, browser, _ = org
    sandbox.turn(job_failed_every=2)
    assert [browser.job("SELECT Id FROM User")["state"] for _ in range(3)] == ["JobComplete", "Failed", "JobComplete"]


def test_bulk_results_can_go_round_in_circles_lose_rows_and_hold_nul_bytes(org):
    sandbox, browser, _ = org
    sandbox.turn(bulk_page_rows=10, repeat_locator=True)
    results = f"{DATA}/jobs/query/{browser.job('SELECT Id FROM Opportunity')['id']}/results"
    second = browser.get(results, locator=browser.get(results).headers["Sforce-Locator"])
    assert browser.get(results, locator=second.headers["Sforce-Locator"]).text == second.text
    sandbox.turn(repeat_locator=False, bulk_page_rows=1000, lose_bulk_rows=7)
    job = browser.job("SELECT Id, Name FROM Opportunity")
    page = browser.get(f"{DATA}/jobs/query/{job['id']}/results")
    assert job["numberRecordsProcessed"] - int(page.headers["Sforce-NumberOfRecords"]) == 7
    sandbox.turn(nul_bytes=True)
    text = browser.get(f"{DATA}/jobs/query/{job['id']}/results").text
    names = [row["Name"] for row in csv.DictReader(io.StringIO(text.replace("\0", "")))]
    assert "\0" in text
    assert names[0] == "Deal 1"


def test_late_records_appear_with_their_old_stamps(org):
    sandbox, browser, now = org
    every = browser.rows("SELECT Id, SystemModstamp FROM Opportunity")
    sandbox.turn(late_every=3, late_seconds=300)
    assert len(browser.rows("SELECT Id FROM Opportunity")) == len(every) - 20
    now[0] += 300
    assert browser.rows("SELECT Id, SystemModstamp FROM Opportunity") == every


def test_a_slow_transaction_shows_itself_late_and_with_its_first_stamp(org):
    sandbox, browser, now = org
    deal = next(deal.deal_id for deal in sandbox.portal("t").truth() if deal.plot == "open_in_qualify")
    soql = f"SELECT StageName, SystemModstamp FROM Opportunity WHERE Id = '{deal}'"
    before, rows = browser.rows(soql), browser.count("OpportunityHistory")
    sandbox.turn(commit_seconds=120)
    sandbox.apply("t", MoveStage(deal, "qualifiedtobuy"))
    new = sandbox.apply("t", Create())
    now[0] += 119
    assert browser.rows(soql) == before
    assert browser.rows(f"SELECT Id FROM Opportunity WHERE Id = '{new}'") == []
    now[0] += 1
    after = browser.rows(soql)[0]
    assert (after["StageName"], after["SystemModstamp"]) == ("Needs Analysis", "2026-06-30T04:00:01.000+0000")
    assert browser.count("OpportunityHistory") == rows + 2
    stamped = "SELECT Id FROM Opportunity WHERE SystemModstamp > 2026-06-30T04:00:00Z"
    assert {row["Id"] for row in browser.rows(stamped)} == {deal, new}


def test_get_deleted_covers_less_than_was_asked_for(org):
    sandbox, browser, _ = org
    sandbox.turn(deleted_lag_seconds=3600)
    window = {"start": "2026-06-20T00:00:00Z", "end": "2026-06-30T00:00:00Z"}
    told = browser.get(f"{DATA}/sobjects/Opportunity/deleted/", **window).json()
    assert told["latestDateCovered"] == "2026-06-29T23:00:00.000+0000"


def test_a_formula_changes_and_no_date_moves(org):
    sandbox, browser, _ = org
    soql = "SELECT Discount_Value__c, SystemModstamp FROM Opportunity WHERE Amount > 1000 LIMIT 1"
    before = browser.rows(soql)[0]
    sandbox.turn(discount_percent=20)
    after = browser.rows(soql)[0]
    assert after["Discount_Value__c"] == pytest.approx(2 * before["Discount_Value__c"])
    assert after["SystemModstamp"] == before["SystemModstamp"]
    fields = browser.get(f"{DATA}/sobjects/Opportunity/describe").json()["fields"]
    assert [field["name"] for field in fields if field["calculated"]] == ["Discount_Value__c"]


def test_an_empty_org_and_the_wires_own_faults(org):
    sandbox, browser, _ = org
    sandbox.turn(empty=True)
    assert browser.count("Opportunity") == 0
    sandbox.turn(empty=False, too_many_every=1)
    assert code(browser.ask("SELECT Id FROM User")) == (403, "REQUEST_LIMIT_EXCEEDED")
    sandbox.turn(too_many_every=0, server_error_every=1)
    assert code(browser.ask("SELECT Id FROM User")) == (500, "UNKNOWN_EXCEPTION")
    assert Knobs.faithful().requests_per_day == 15_000
