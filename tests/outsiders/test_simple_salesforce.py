"""An outsider that nobody here wrote, simple-salesforce, reads the simulated org by REST and by Bulk API 2.0."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from connectors.sandbox import Archive, Organisation
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.schema import SOBJECTS
from connectors.sandbox.salesforce.server import start_sandbox
from connectors.sandbox.salesforce.words import client_id

simple_salesforce = pytest.importorskip("simple_salesforce")
TOKEN = "t"
SELECTED = {
    "Opportunity": "Id, StageName, Amount, CloseDate, IsDeleted, OwnerId, SystemModstamp",
    "OpportunityHistory": "Id, OpportunityId, StageName, Amount, CloseDate, CreatedDate",
    "OpportunityFieldHistory": "Id, OpportunityId, Field, OldValue, NewValue, CreatedDate",
    "Task": "Id, WhatId, TaskSubtype, Status, ActivityDate, IsDeleted",
    "Event": "Id, WhatId, StartDateTime, IsDeleted",
    "OpportunityContactRole": "Id, OpportunityId, ContactId, CreatedDate",
    "Quote": "Id, OpportunityId, Status",
    "User": "Id, Email, ManagerId, IsActive",
}


class Loopback(HTTPAdapter):
    """Carries what is meant for https://anything to the sandbox, which speaks plain HTTP."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.netloc = urlsplit(url).netloc

    def send(self, request, *args, **kwargs):
        parts = urlsplit(request.url)
        request.url = urlunsplit(("http", self.netloc, *parts[2:]))
        return super().send(request, *args, **kwargs)


def session_to(url: str) -> requests.Session:
    session = requests.Session()
    session.mount("https://", Loopback(url))
    return session


@pytest.fixture(scope="module")
def sandbox():
    with start_sandbox({TOKEN: Organisation(5, 400)}, Knobs(bulk_page_rows=700)) as running:
        yield running


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """It waits five seconds between two looks at a job; the sandbox's jobs are done at the second look."""
    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda seconds: None)


@pytest.fixture(scope="module")
def client(sandbox):
    return simple_salesforce.Salesforce(
        domain="simulated.my",
        consumer_key=client_id(TOKEN),
        consumer_secret=TOKEN,
        session=session_to(sandbox.url),
        version="60.0",
    )


def by_rest(client, kind: str) -> dict[str, dict]:
    rows = client.query_all(f"SELECT {SELECTED[kind]} FROM {kind}", include_deleted=True)
    assert rows["totalSize"] == len(rows["records"])
    return {row["Id"]: row for row in rows["records"]}


def by_bulk(client, kind: str) -> dict[str, dict]:
    rows: list[dict] = []
    for page in getattr(client.bulk2, kind).query_all(f"SELECT {SELECTED[kind]} FROM {kind}", max_records=5000):
        rows += csv.DictReader(io.StringIO(page))
    found = {row["Id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def test_its_deals_are_those_of_the_stories(client, sandbox):
    truth = {deal.deal_id: deal for deal in sandbox.portal(TOKEN).truth()}
    rest, bulk = by_rest(client, "Opportunity"), by_bulk(client, "Opportunity")
    assert set(rest) == set(bulk) == set(truth)
    for key, deal in truth.items():
        assert rest[key]["IsDeleted"] == (deal.whereabouts != "live")
        assert bulk[key]["Amount"] == ("" if deal.amount is None else str(float(deal.amount)))
        assert Decimal(str(rest[key]["Amount"] or 0)) == (deal.amount or 0)


@pytest.mark.parametrize("kind", list(SELECTED))
def test_both_apis_give_the_same_rows(client, kind):
    rest, bulk = by_rest(client, kind), by_bulk(client, kind)
    assert set(rest) == set(bulk)
    counted = client.query(f"SELECT COUNT() FROM {kind}", include_deleted=True)
    assert counted["totalSize"] == len(rest) > 0
    for key, row in rest.items():
        assert {name: as_text(value) for name, value in row.items() if name != "attributes"} == bulk[key]


def as_text(value: object) -> str:
    """A REST value as the Bulk API writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace(".000+0000", ".000Z")


def test_stage_visits_are_in_the_history_that_it_reads(client, sandbox):
    rows = Counter(row["OpportunityId"] for row in by_bulk(client, "OpportunityHistory").values())
    for deal in sandbox.portal(TOKEN).truth():
        if deal.visits_certain and deal.plot != "no_history":
            assert rows[deal.deal_id] >= len(deal.visits)


def test_it_sees_what_was_deleted(client, sandbox):
    org = sandbox.portal(TOKEN)
    living = next(deal.deal_id for deal in org.truth() if deal.whereabouts == "live")
    sandbox.apply(TOKEN, Archive(living))
    now = datetime.fromtimestamp(org.present, UTC)
    told = client.Opportunity.deleted(now - timedelta(hours=1), now + timedelta(hours=1))
    assert living in {row["id"] for row in told["deletedRecords"]}


def test_it_reads_what_the_org_tells_of_itself(client):
    assert {thing["name"] for thing in client.describe()["sobjects"]} == set(SOBJECTS)
    fields = {field["name"]: field["type"] for field in client.Opportunity.describe()["fields"]}
    assert fields == SOBJECTS["Opportunity"].fields
    assert client.limits()["DailyApiRequests"]["Max"] == 1_000_000
    assert client.api_usage["api-usage"].total == 1_000_000


def test_refusals_arrive_as_its_own_errors(client):
    with pytest.raises(simple_salesforce.exceptions.SalesforceMalformedRequest) as caught:
        client.query("SELECT Nonsense FROM Opportunity")
    assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(simple_salesforce.exceptions.SalesforceResourceNotFound):
        client.Nonsense.describe()


def test_it_comes_in_with_a_signed_assertion(sandbox):
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives import serialization

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    client = simple_salesforce.Salesforce(
        username="integration@example.com",
        consumer_key=client_id(TOKEN),
        privatekey=pem,
        session=session_to(sandbox.url),
    )
    assert client.query("SELECT COUNT() FROM User")["totalSize"] > 0
