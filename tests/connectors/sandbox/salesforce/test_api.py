"""The simulated org's API: SOQL, pages, Bulk jobs, grants and refusals, as Salesforce documents them."""

from __future__ import annotations

import base64
import time

import orjson
import pytest
import requests

from connectors.sandbox import Organisation
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.server import start_sandbox
from connectors.sandbox.salesforce.words import client_id, number_of, record_id
from tests.connectors.sandbox.salesforce.browsing import DATA, Browser

ORGANISATION = Organisation(9, 120)
TOKEN_PATH = "/services/oauth2/token"


@pytest.fixture(scope="module")
def sandbox():
    with start_sandbox({"t": ORGANISATION, "other": Organisation(10, 20)}) as running:
        yield running


@pytest.fixture
def browser(sandbox):
    sandbox.turn(**{name: getattr(Knobs(), name) for name in ("page_size", "bulk_page_rows", "rotate_refresh_tokens")})
    return Browser(sandbox.url)


@pytest.fixture(scope="module")
def deals(sandbox):
    fields = "Id, StageName, Amount, CloseDate, IsWon, IsDeleted, RecordTypeId, SystemModstamp"
    return Browser(sandbox.url).rows(f"SELECT {fields} FROM Opportunity")


@pytest.mark.parametrize(
    ("where", "means"),
    [
        ("IsWon = true AND Amount > 5000", lambda d: d["IsWon"] and (d["Amount"] or 0) > 5000),
        ("Amount = null", lambda d: d["Amount"] is None),
        (
            "Amount != null AND (IsWon = FALSE OR Amount <= 20000.5)",
            lambda d: d["Amount"] is not None and (not d["IsWon"] or d["Amount"] <= 20000.5),
        ),
        ("StageName IN ('Closed Won', 'Closed Lost')", lambda d: d["StageName"] in ("Closed Won", "Closed Lost")),
        ("StageName NOT IN ('Closed Won')", lambda d: d["StageName"] != "Closed Won"),
        ("StageName LIKE 'closed%'", lambda d: d["StageName"].startswith("Closed")),
        ("NOT (StageName = 'closed won')", lambda d: d["StageName"] != "Closed Won"),
        ("CloseDate >= 2026-01-01 AND CloseDate < 2026-06-01", lambda d: "2026-01-01" <= d["CloseDate"] < "2026-06-01"),
        ("RecordTypeId != null", lambda d: d["RecordTypeId"] is not None),
        (
            "SystemModstamp >= 2026-05-01T02:00:00+02:00 AND SystemModstamp < 2026-06-20T00:00:00.000Z",
            lambda d: "2026-05-01T00:00:00" <= d["SystemModstamp"] < "2026-06-20T00:00:00",
        ),
        ("IsDeleted = true", lambda d: d["IsDeleted"]),
    ],
)  # fmt: skip
def test_a_condition_finds_what_it_says(browser, deals, where, means):
    found = {row["Id"] for row in browser.rows(f"SELECT Id FROM Opportunity WHERE {where}")}
    assert found == {deal["Id"] for deal in deals if means(deal)}
    assert 0 < len(found) < len(deals)


def test_the_edges_of_a_window_are_half_open_as_written(browser, deals):
    stamp = sorted(deal["SystemModstamp"] for deal in deals)[50]
    literal = stamp.replace("+0000", "Z")
    for sign, means in (
        (">=", stamp.__le__), (">", stamp.__lt__), ("<", stamp.__gt__), ("<=", stamp.__ge__), ("=", stamp.__eq__)
    ):  # fmt: skip
        rows = browser.rows(f"SELECT Id FROM Opportunity WHERE SystemModstamp {sign} {literal}")
        assert {row["Id"] for row in rows} == {deal["Id"] for deal in deals if means(deal["SystemModstamp"])}, sign


def test_ids_may_be_short_and_order_and_limit_hold(browser, deals):
    ids = [deal["Id"] for deal in deals[:3]]
    listed = ", ".join(f"'{one[:15]}'" for one in ids)
    assert [row["Id"] for row in browser.rows(f"SELECT Id FROM Opportunity WHERE Id IN ({listed})")] == ids
    keyset = f"SELECT Id FROM Opportunity WHERE Id > '{ids[1]}' ORDER BY Id LIMIT 2"
    assert [row["Id"] for row in browser.rows(keyset)] == [deal["Id"] for deal in deals[2:4]]
    dearest = browser.rows("SELECT Amount FROM Opportunity WHERE Amount != null ORDER BY Amount DESC LIMIT 3")
    assert [row["Amount"] for row in dearest] == sorted((d["Amount"] or 0 for d in deals), reverse=True)[:3]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nonsense FROM Opportunity", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Nonsense = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE StageName = 1", "INVALID_FIELD"),
        ("SELECT Id FROM Opportunity WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Nonsense", "INVALID_TYPE"),
        ("SELECT Id, FROM Opportunity", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE A = 1 OR B = 2 AND C = 3", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity WHERE Id = 'x", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity LIMIT some", "MALFORMED_QUERY"),
        ("SELECT Id FROM Opportunity nonsense here", "MALFORMED_QUERY"),
    ],
)
def test_a_wrong_query_is_refused_by_both_apis(browser, soql, code):
    for answer in (browser.ask(soql), browser.post(f"{DATA}/jobs/query", {"operation": "query", "query": soql})):
        assert answer.status_code == 400
        assert answer.json()[0]["errorCode"] == code


def test_long_answers_come_in_pages_and_a_cursor_stays_good(browser, sandbox):
    sandbox.turn(page_size=300)
    first = browser.ask("SELECT Id FROM OpportunityHistory").json()
    assert (len(first["records"]), first["done"]) == (300, False)
    assert first["nextRecordsUrl"].endswith("-300")
    second = browser.get(first["nextRecordsUrl"]).json()
    assert browser.get(first["nextRecordsUrl"]).json() == second
    every = [row["Id"] for row in browser.rows("SELECT Id FROM OpportunityHistory")]
    assert len(set(every)) == len(every) == first["totalSize"] == browser.count("OpportunityHistory")
    assert browser.get(f"{DATA}/query/0r8000000000000AAA-300").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_aggregates_agree_with_the_rows(browser, deals):
    rows = browser.rows("SELECT StageName, COUNT(Id) n, MAX(Amount) FROM Opportunity GROUP BY StageName")
    for row in rows:
        same = [deal for deal in deals if deal["StageName"] == row["StageName"]]
        assert row["n"] == len(same)
        assert row["expr0"] == max((d["Amount"] for d in same if d["Amount"] is not None), default=None)
    assert sum(row["n"] for row in rows) == len(deals)


def test_related_records_stand_nested(browser):
    task = browser.rows("SELECT Id, What.Type, Owner.Name FROM Task WHERE What.Type = 'Opportunity' LIMIT 1")[0]
    assert task["What"] == {"attributes": {"type": "Name"}, "Type": "Opportunity"}
    assert task["Owner"]["Name"]
    assert (
        browser.bulk("SELECT Id, What.Type FROM Task WHERE What.Type = 'Opportunity'")[0]["What.Type"] == "Opportunity"
    )


def test_bulk_results_come_in_pages_and_agree_with_rest(browser, sandbox):
    sandbox.turn(bulk_page_rows=70)
    soql = "SELECT Id, StageName, Amount, CreatedDate, IsDeleted FROM OpportunityHistory"
    rest, bulk = browser.rows(soql), browser.bulk(soql, maxRecords=50_000)
    assert [row["Id"] for row in bulk] == [row["Id"] for row in rest]
    assert bulk[0]["CreatedDate"] == rest[0]["CreatedDate"].replace("+0000", "Z")
    assert {row["Amount"] for row in bulk} >= {"", str(max(row["Amount"] or 0 for row in rest))}


def test_a_job_goes_its_way_and_can_be_called_off(browser):
    body = {"operation": "query", "query": "SELECT Id FROM Opportunity"}
    job = browser.post(f"{DATA}/jobs/query", body).json()
    path = f"{DATA}/jobs/query/{job['id']}"
    assert job["state"] == "UploadComplete"
    assert browser.get(f"{path}/results").status_code == 400
    assert [browser.get(path).json()["state"] for _ in range(3)] == ["InProgress", "JobComplete", "JobComplete"]
    pages = browser.get(f"{path}/resultPages").json()
    assert browser.get(pages["resultPages"][0]["resultUrl"]).headers["Sforce-Locator"] == "null"
    assert browser.session.delete(browser.url + path).status_code == 204
    assert browser.get(path).status_code == 404
    other = browser.post(f"{DATA}/jobs/query", body).json()["id"]
    called_off = browser.session.patch(f"{browser.url}{DATA}/jobs/query/{other}", json={"state": "Aborted"})
    assert called_off.json()["state"] == "Aborted"


def test_an_aggregate_is_nothing_for_the_bulk_api(browser):
    asked = {"operation": "query", "query": "SELECT COUNT(Id) FROM Opportunity"}
    assert browser.post(f"{DATA}/jobs/query", asked).json()[0]["errorCode"] == "API_ERROR"


def test_an_address_can_be_too_long(browser):
    assert browser.ask(f"SELECT Id FROM Opportunity WHERE Name = '{'x' * 17_000}'").status_code == 414


def test_deletions_are_listed_within_their_limits(browser):
    path = f"{DATA}/sobjects/Opportunity/deleted/"
    told = browser.get(path, start="2026-06-15T00:00:00+00:00", end="2026-06-30T00:00:00+00:00").json()
    assert told["latestDateCovered"] == "2026-06-30T00:00:00.000+0000"
    assert len(told["deletedRecords"]) > 0
    for start, end in (
        ("2026-01-01T00:00:00Z", "2026-06-30T00:00:00Z"),
        ("2026-06-30T00:00:00Z", "2026-06-30T00:00:30Z"),
    ):
        assert browser.get(path, start=start, end=end).json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"
    assert browser.get(f"{DATA}/sobjects/OpportunityHistory/deleted/", start="x", end="y").status_code == 400


# -- who may come in ------------------------------------------------------------------------------------------


def grant(sandbox, **form: str) -> requests.Response:
    return requests.post(sandbox.url + TOKEN_PATH, data=form, timeout=20)


def assertion(**claims: object) -> str:
    """A JWT whose signature nobody can check here."""
    said = {
        "iss": client_id("t"),
        "aud": "https://login.salesforce.com",
        "sub": "who@example.com",
        "exp": time.time() + 60,
    }
    parts = ({"alg": "RS256"}, {**said, **claims})
    return ".".join([*(base64.urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in parts), "c2ln"])


def test_each_grant_opens_the_account_that_it_names(sandbox, browser):
    jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    grants = (
        {"grant_type": "client_credentials", "client_id": client_id("other"), "client_secret": "other"},
        {"grant_type": "refresh_token", "client_id": client_id("other"), "refresh_token": "other"},
        {"grant_type": jwt, "assertion": assertion(iss=client_id("other"))},
    )
    for form in grants:
        answer = grant(sandbox, **form)
        assert answer.status_code == 200, answer.text
        opened = answer.json()
        assert opened["instance_url"] == sandbox.url
        assert Browser(opened["instance_url"], opened["access_token"]).count("Opportunity") == 20


@pytest.mark.parametrize(
    "claims", [{"iss": "somebody"}, {"aud": "https://example.com"}, {"exp": 1}, {"exp": time.time() + 9e9}, {"sub": ""}]
)
def test_a_wrong_assertion_opens_nothing(sandbox, claims):
    jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    answer = grant(sandbox, grant_type=jwt, assertion=assertion(**claims))
    assert answer.status_code == 400
    assert answer.json()["error"] in ("invalid_grant", "invalid_client_id")


def test_a_rotated_refresh_token_dies_with_its_use(sandbox, browser):
    sandbox.turn("other", rotate_refresh_tokens=True)
    form = {"grant_type": "refresh_token", "client_id": client_id("other")}
    following = grant(sandbox, **form, refresh_token="other").json()["refresh_token"]
    dead = grant(sandbox, **form, refresh_token="other")
    assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
    assert grant(sandbox, **form, refresh_token=following).json()["refresh_token"] not in ("other", following)


def test_ids_can_be_read_back():
    for number in (0, 1, 35, 36**5, 123_456_789):
        long = record_id("Task", number)
        assert number_of("Task", long) == number_of("Task", long[:15]) == number
    for wrong in ("", "006", record_id("Event", 1), record_id("Task", 35)[:-1] + "5"):
        with pytest.raises(ValueError, match="is no id of Task"):
            number_of("Task", wrong)


def together(browser, *addresses: str, **more) -> list[dict]:
    """The answers to a composite call's parts."""
    parts = [{"method": "GET", "url": url, "referenceId": f"r{place}"} for place, url in enumerate(addresses)]
    answer = browser.post(f"{DATA}/composite", {"compositeRequest": parts, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["compositeResponse"]


def test_several_questions_in_one_call_are_answered_each_by_itself_and_count_as_one(sandbox, browser):
    query = f"{DATA}/queryAll?q=SELECT+COUNT()+FROM+Opportunity"
    before = sandbox.stats("t")["requests"]
    told = together(browser, f"{DATA}/sobjects/Opportunity/describe", query, f"{DATA}/sobjects/Nothing/describe", query)
    assert sandbox.stats("t")["requests"] == before + 1
    assert [(part["referenceId"], part["httpStatusCode"]) for part in told] == [
        ("r0", 200),
        ("r1", 200),
        ("r2", 404),
        ("r3", 200),
    ]
    assert told[0]["body"] == browser.get(f"{DATA}/sobjects/Opportunity/describe").json()
    assert told[1]["body"]["totalSize"] == browser.count("Opportunity")
    assert told[2]["body"][0]["errorCode"] == "NOT_FOUND"


def test_a_call_with_too_many_questions_is_refused_whole_and_what_writes_is_not_there(browser):
    query = f"{DATA}/queryAll?q=SELECT+COUNT()+FROM+Opportunity"
    for addresses in ([f"{DATA}/sobjects"] * 26, [query] * 6):
        (only,) = together(browser, *addresses)
        assert (only["httpStatusCode"], only["body"][0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    assert [part["httpStatusCode"] for part in together(browser, *[query] * 5, *[f"{DATA}/sobjects"] * 20)] == [
        200
    ] * 25
    assert together(browser, f"{DATA}/limits")[0]["httpStatusCode"] == 404
    assert together(browser, f"{DATA}/jobs/query/750")[0]["httpStatusCode"] == 404
    writing = {"method": "POST", "url": f"{DATA}/sobjects/Opportunity", "referenceId": "w"}
    answer = browser.post(f"{DATA}/composite", {"compositeRequest": [writing]})
    assert answer.json()["compositeResponse"][0]["httpStatusCode"] == 404
    assert browser.post(f"{DATA}/composite", {"compositeRequest": [{**writing, "referenceId": ""}]}).status_code == 400
