"""The connector against the sandbox's sockets: the same rows arrive whatever the server does on the way."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, QuotaExhausted, SyncOutcome, Unreachable
from connectors.lake import Lake
from connectors.salesforce.open import open_connector
from connectors.salesforce.refusals import JobFailed
from connectors.sandbox import (
    DEFAULT_NOW,
    AddContact,
    Archive,
    LogActivity,
    MoveStage,
    Organisation,
    Transfer,
    Vanish,
)
from connectors.sandbox.salesforce.entry import connection_entry
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.server import start_sandbox
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.salesforce.fake_salesforce import read_all, settings

TOKEN = "canary-secret-of-the-org-0001"
ORGANISATION = Organisation(seed=11, deals=30)
HOUR = timedelta(hours=1)


class Account:
    """A sandbox org and our connection to it, both on a clock that moves only when somebody sleeps."""

    def __init__(self, **knobs) -> None:
        self.hands = Hands()
        self.sandbox = start_sandbox({TOKEN: ORGANISATION}, Knobs(**knobs), clock=lambda: self.hands.now)

    def connect(self, now=DEFAULT_NOW, fields=(), **options):
        entry, env = connection_entry(self.sandbox.url, TOKEN, "EMEA")
        given = settings(
            base_url=entry["base_url"],
            credentials=entry["credentials"],
            fields=entry["fields"],
            read_fields=list(fields),
            options=options,
        )
        return open_connector(given, env, lambda: now, timing=self.hands.timing())

    def everything(self, **options):
        connector = self.connect(**options)
        try:
            return {
                s.name: sorted((r.id, r.is_deleted, r.payload) for r in read_all(connector, s.name))
                for s in connector.streams()
            }
        finally:
            connector.close()


@pytest.fixture
def account():
    made: list[Account] = []

    def make(**knobs) -> Account:
        made.append(Account(**knobs))
        return made[-1]

    yield make
    for each in made:
        each.sandbox.close()


@pytest.fixture(scope="module")
def undisturbed():
    there = Account()
    try:
        return there.everything()
    finally:
        there.sandbox.close()


def test_all_deals_of_the_truth_arrive_and_counts_agree(account):
    there = account()
    connector = there.connect()
    truth = list(there.sandbox.portal(TOKEN).truth())
    read = read_all(connector, "opportunities")
    live = {deal.deal_id for deal in truth if deal.whereabouts == "live"}
    assert {r.id for r in read if not r.is_deleted} == live
    for stream in connector.streams():
        records = read_all(connector, stream.name)
        ids = [r.id for r in records if not r.is_deleted]
        assert len(set(ids)) == len(ids) == connector.count(stream), stream.name
        assert set(connector.sweep(stream)) == set(ids), stream.name
        assert connector.notes(stream) == []


def test_rest_and_bulk_give_the_same_rows(account):
    there = account(page_size=50, bulk_page_rows=70, nul_bytes=True)
    by_pages = there.everything()
    there.sandbox.turn(page_size=1)
    assert by_pages == there.everything(bulk_from_rows=1)
    jobs = there.sandbox.stats(TOKEN)["by_kind"]["POST /services/data/v60.0/jobs/query"]
    assert jobs == 9, "all but what is listed whole"


@pytest.mark.parametrize(
    "fault",
    [
        {"server_error_every": 4},
        {"reset_every": 4},
        {"truncate_every": 4},
        {"html_every": 4},
        {"query_timeout_rows": 50},
        {"query_timeout_rows": 50, "server_error_every": 7, "reset_every": 5, "truncate_every": 6},
        {"session_seconds": 1.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("bulk_from_rows", [20, 2000])
def test_what_goes_wrong_on_the_way_changes_nothing_that_arrives(account, undisturbed, fault, bulk_from_rows):
    read = account(page_size=20, **fault).everything(bulk_from_rows=bulk_from_rows)
    assert read == undisturbed


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"server_error_every": 1}, Unreachable),
        ({"reset_every": 1}, Unreachable),
        ({"truncate_every": 1}, BadAnswer),
        ({"job_failed_every": 1}, JobFailed),
        ({"repeat_locator": True}, BadAnswer),
        ({"lose_bulk_rows": 1}, BadAnswer),
        ({"requests_per_day": 20}, QuotaExhausted),
    ],
    ids=str,
)
def test_what_never_ends_ends_in_a_named_error_without_the_secret(account, fault, error):
    with pytest.raises(error, match="emea") as caught:
        account(page_size=20, **fault).everything(bulk_from_rows=20, bulk_page_rows=10)
    assert "canary" not in str(caught.value)


@pytest.mark.slow
def test_nights_after_edits_hold_what_the_org_shows(account, tmp_path):
    there, lake = account(late_every=9, late_seconds=1200, deleted_lag_seconds=300), Lake(tmp_path)

    def night(hours: float):
        connector = there.connect(now=DEFAULT_NOW + hours * HOUR)
        outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + hours * HOUR)
        connector.close()
        assert outcome.state == "good", outcome.error
        return {i: orjson.loads(payload) for i, payload in lake.payloads("salesforce/opportunities", "emea")}

    first = night(0)
    there.hands.now += 1800
    before = night(0.25)  # within the overlap: rows that showed up late are older than the last night
    assert len(before) > len(first)
    ids = sorted(before)
    for edit in (
        MoveStage(ids[0], "closedlost"),
        LogActivity(ids[2]),
        AddContact(ids[5]),
        Archive(ids[3]),
        Vanish(ids[4]),
    ):
        there.sandbox.apply(TOKEN, edit)
    there.hands.now += 7200
    after = night(3)
    assert set(after) == set(before) - {ids[3], ids[4]}
    assert after[ids[0]]["StageName"] == "Closed Lost"
    history = [orjson.loads(p) for _, p in lake.payloads("salesforce/opportunity_history", "emea")]
    last = max((row for row in history if row["OpportunityId"] == ids[0]), key=lambda r: (r["CreatedDate"], r["Id"]))
    assert last["StageName"] == "Closed Lost"
    assert night(6) == after


def night(there: Account, lake: Lake, hours: float) -> tuple[SyncOutcome, int]:
    """A night's outcome and its requests."""
    before = there.sandbox.stats(TOKEN)["requests"]
    connector = there.connect(now=DEFAULT_NOW + hours * HOUR)
    outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + hours * HOUR)
    connector.close()
    assert outcome.state == "good", outcome.error
    return outcome, there.sandbox.stats(TOKEN)["requests"] - before


def test_a_night_asks_what_belongs_together_in_one_call_and_counts_every_object(account, tmp_path):
    """The descriptions, the listed objects, and for each other object what changed, what is gone, and the count."""
    there, lake = account(), Lake(tmp_path)
    first, calls = night(there, lake, 0)
    assert calls == 1 + 1 + 9
    deal = sorted(i for i, _ in lake.payloads("salesforce/opportunities", "emea"))[0]
    there.sandbox.apply(TOKEN, MoveStage(deal, "closedlost"))
    second, calls = night(there, lake, 1)
    assert calls == 1 + 1 + 9
    for outcome in (first, second):
        assert all(stream.theirs == stream.ours is not None for stream in outcome.streams)
    assert sum(stream.rows_read for stream in second.streams if stream.stream == "opportunity_history") == 1


def test_a_deletion_and_a_loss_are_counted_in_the_same_call(account, tmp_path):
    there, lake = account(), Lake(tmp_path)
    night(there, lake, 0)
    ids = sorted(i for i, _ in lake.payloads("salesforce/opportunities", "emea"))
    there.sandbox.apply(TOKEN, Archive(ids[0]))
    there.sandbox.apply(TOKEN, Vanish(ids[1]))
    outcome, _ = night(there, lake, 1)
    deals = outcome.streams[0]
    assert (deals.ours, deals.theirs, deals.found_deleted) == (len(ids) - 2, len(ids) - 2, 1)


def test_a_part_of_a_call_that_is_refused_is_asked_again_alone(account, tmp_path):
    there, lake = account(missing_objects=("Quote",)), Lake(tmp_path)
    outcome, calls = night(there, lake, 0)
    assert calls == 1 + 1 + 8 + 1
    quotes = next(stream for stream in outcome.streams if stream.stream == "quotes")
    assert not quotes.covered
    assert "not there for this user" in quotes.notes[0]


def test_a_dotted_name_is_a_field_of_the_record_that_is_looked_up(account):
    there = account()
    renewed = next(deal.deal_id for deal in there.sandbox.portal(TOKEN).truth() if deal.whereabouts == "live")
    there.sandbox.apply(TOKEN, Transfer(renewed, "renewals", "renewalquoted"))
    connector = there.connect(fields=["Owner.Email", "RecordType.Name", "Owner.Nothing", "Account.Industry"])
    deals = connector.streams()[0]
    assert list(connector.absent_fields(deals)) == ["Owner.Nothing", "Account.Industry"]
    rows = [orjson.loads(record.payload) for record in read_all(connector, "opportunities")]
    assert all(row["Owner.Email"].endswith("@example.com") for row in rows)
    assert next(row["RecordType.Name"] for row in rows if row["Id"] == renewed) == "Renewals"
    assert all((row["RecordType.Name"] is None) == (row["RecordTypeId"] is None) for row in rows)
    assert all("Owner.Nothing" not in row and "Account.Industry" not in row for row in rows)
    # Nothing dates a change over there, so such deals are read whole again as for a formula, and no history is asked.
    assert connector._readers["opportunities"].formulas_due(DEFAULT_NOW - 30 * HOUR)
    assert "Owner.Email" not in connector._readers["opportunity_field_history"].walk.thing.where


def test_the_probe_the_plan_and_the_pipelines_tell_what_there_is(account):
    there = account(missing_objects=("Quote",), missing_fields=("Opportunity.Amount",), history_tracking=False)
    connector = there.connect()
    lines = "\n".join(connector.probe())
    for words in ("Simulated Ltd", "quotes: NOT readable", "Amount", "Set History Tracking", "calls of 24 hours left"):
        assert words in lines
    assert "canary" not in lines
    plan = {line.stream: line for line in connector.plan()}
    assert plan["opportunities"].records == 30
    assert plan["quotes"].records is None
    assert connector.pipelines()[0].id == "default"
    assert connector.pipelines()[0].stages[0].probability == 0.2
