"""What arrives of a Salesforce org: every row, in one shape, by few calls, whatever the way and whenever it was cut."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, MissingScopeError
from tests.connectors.salesforce.fake_salesforce import (
    NOW,
    START,
    FakeSalesforce,
    connect,
    error,
    everything,
    identity,
    ids,
    read_all,
    stream,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def fake() -> FakeSalesforce:
    return FakeSalesforce()


def test_only_the_history_that_salesforce_purges_may_fall(fake):
    assert [s.name for s in connect(fake).streams() if s.may_fall] == ["opportunity_field_history"]


def test_few_rows_come_by_rest_and_many_by_one_bulk_job(fake):
    fake.deals(30)
    fake.page = 10
    assert set(ids(read_all(connect(fake), "opportunities"))) == everything(fake)
    assert fake.calls["job"] == 0
    connector = connect(fake, options={"bulk_from_rows": 30, "bulk_page_rows": 7})
    read = read_all(connector, "opportunities")
    assert sorted(ids(read)) == sorted(everything(fake))
    assert (fake.calls["job"], fake.calls["result"]) == (1, 5)


def test_rest_and_bulk_rows_have_one_shape(fake):
    fake.deals(3)
    fake.put("Opportunity", 9, START, Name='A "quoted",\nname', Amount=24120000.0, CloseDate="2026-05-01")
    rest = {r.id: r for r in read_all(connect(fake), "opportunities")}
    fake.page = 1
    bulk = {r.id: r for r in read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities")}
    assert rest == bulk
    assert fake.calls["job"] == 1
    payload = orjson.loads(rest[identity("006", 9)].payload)
    assert payload["Amount"] == "24120000"
    assert payload["CreatedDate"] == "2026-03-01T00:00:00.000Z"
    assert payload["IsDeleted"] == "false"
    assert payload["Type"] is None
    assert "attributes" not in payload


def test_an_increment_asks_only_for_what_changed_with_an_overlap(fake):
    fake.deals(50, step=HOUR)
    late = START + timedelta(hours=40) - timedelta(minutes=20)
    hidden = fake.put("Opportunity", 99, late)
    synced_to = START + timedelta(hours=40)
    read = read_all(connect(fake), "opportunities", synced_to)
    assert hidden in ids(read)
    assert len(read) == 11
    assert fake.calls["query"] == 1
    assert "SystemModstamp >= 2026-03-02T15:30:00.000Z" in fake.asked[0]


def test_a_walk_that_was_cut_goes_on_after_its_last_page(fake):
    fake.deals(25, step=timedelta(0))
    fake.page = 10
    first = next(iter(connect(fake).pages(stream(connect(fake), "opportunities"), position={}, synced_to=None)))
    rest = read_all(connect(fake), "opportunities", position=first.position)
    assert sorted([*ids(first.records), *ids(rest)]) == sorted(everything(fake))


def test_what_one_page_holds_needs_no_job(fake):
    fake.deals(25)
    assert set(ids(read_all(connect(fake, options={"bulk_from_rows": 1}), "opportunities"))) == everything(fake)
    assert (fake.calls["query"], fake.calls["job"]) == (1, 0)


def test_deleted_rows_come_with_their_last_words_by_the_query_and_by_the_list(fake):
    fake.deals(3)
    by_query = fake.put("Opportunity", 7, NOW - HOUR, IsDeleted=True, Name="In the bin")
    # Deleted with its account: the stamp did not move.
    by_list = fake.put("Opportunity", 8, START, IsDeleted=True, Name="Also there")
    for_good = identity("006", 9)
    fake.deleted = [(NOW - HOUR, deal) for deal in (by_query, by_list, for_good)]
    read = read_all(connect(fake), "opportunities", NOW - 5 * HOUR)
    assert {(r.id, r.is_deleted) for r in read} == {(by_query, True), (by_list, True)}
    assert ids(read).count(by_query) == 1


def test_the_list_of_deletions_goes_on_where_it_was_complete(fake):
    fake.put("Opportunity", 1, START)
    fake.covered_to = NOW - 2 * HOUR
    synced_to = NOW - timedelta(days=20)
    connector = connect(fake)
    read_all(connector, "opportunities", synced_to)
    begins = [start for start, _ in fake.deleted_asked]
    assert len(begins) == 3
    assert begins[2] == "2026-03-10T22:00:00.000Z"
    connector = connect(fake)
    read_all(connector, "opportunities", NOW - timedelta(days=60))
    assert any("comparing ids" in note for note in connector.notes(stream(connector, "opportunities")))


def test_counts_and_ids_leave_out_what_is_deleted(fake):
    fake.deals(5)
    gone = fake.put("Opportunity", 6, START, IsDeleted=True)
    for options in ({}, {"bulk_from_rows": 1}):
        connector = connect(fake, options=options)
        deals = stream(connector, "opportunities")
        assert connector.count(deals) == 5
        assert set(connector.sweep(deals)) == everything(fake) - {gone}


def test_single_records_and_histories_are_read_again(fake):
    fake.deals(900)
    for n in range(900):
        fake.put("OpportunityHistory", n, START, prefix="008", OpportunityId=identity("006", n), StageName="Open")
    connector = connect(fake)
    wanted = sorted(everything(fake))[:700]
    read = [r for page in connector.read(stream(connector, "opportunities"), [*wanted, "no id'"]) for r in page.records]
    assert sorted(ids(read)) == wanted
    assert all(len(query) < 16_384 for query in fake.asked)
    history = [r for page in connector.read_history(wanted[:3]) for r in page.records]
    assert sorted(ids(history)) == [identity("008", n) for n in range(3)]


def test_absent_fields_are_told_and_a_new_field_reads_anew(fake):
    fake.deals(1)
    connector = connect(fake, fields={"lost_reason": "Loss_Reason__c"})
    before = stream(connector, "opportunities")
    assert "Loss_Reason__c" not in before.fields
    assert any("Loss_Reason__c" in note for note in connector.notes(before))
    fake.fields["Opportunity"].append("Loss_Reason__c")
    after = stream(connect(fake, fields={"lost_reason": "Loss_Reason__c"}), "opportunities")
    assert "Loss_Reason__c" in after.fields


def test_a_field_that_is_withdrawn_between_pages_stops_nothing(fake):
    fake.deals(5)
    connector = connect(fake)
    deals = stream(connector, "opportunities")
    fake.fields["Opportunity"].remove("Type")
    read = [r for page in connector.pages(deals, position={}, synced_to=None) for r in page.records]
    assert set(ids(read)) == everything(fake)
    assert any("Type" in note for note in connector.notes(deals))


def test_formula_fields_are_refreshed_once_a_day(fake):
    fake.deals(5)
    fake.fields["Opportunity"].append("Score__c")
    fake.formulas.add("Score__c")
    reading = {"read_fields": ["Score__c"]}
    assert len(read_all(connect(fake, **reading), "opportunities", NOW - HOUR)) == 5
    later = NOW + 3 * HOUR
    assert len(read_all(connect(fake, now=later, **reading), "opportunities", NOW + HOUR)) == 0
    never = {"formula_refresh_hours": 0}
    assert len(read_all(connect(fake, options=never, **reading), "opportunities", NOW - HOUR)) == 0


def test_what_is_not_licensed_is_not_covered(fake):
    fake.missing = {"Quote"}
    connector = connect(fake)
    with pytest.raises(MissingScopeError, match="Quote"):
        read_all(connector, "quotes")
    fake.fields["Opportunity"].remove("CurrencyIsoCode")
    assert "currency_types" not in {s.name for s in connect(fake).streams()}


def test_a_page_that_leads_back_and_a_page_too_few_are_refused(fake):
    fake.deals(25)
    fake.page = 10
    looping = {"totalSize": 25, "done": False, "records": [], "nextRecordsUrl": "/services/data/v60.0/query/0r8x"}
    fake.faults = [("0r8", (200, looping)), ("0r8x", (200, looping))]
    with pytest.raises(BadAnswer, match="never end"):
        read_all(connect(fake), "opportunities")
    fake.faults = [("0r8", (200, {"totalSize": 25, "done": True, "records": []}))]
    with pytest.raises(BadAnswer, match="counts 25 rows and gave 10"):
        read_all(connect(fake), "opportunities")


def test_rows_that_come_again_under_another_cursor_are_refused(fake):
    fake.deals(25)
    fake.page = 10
    rows = [{"Id": "006A", "SystemModstamp": "2026-03-01T00:00:00.000+0000"}, {"Id": "006B"}]
    rows[1]["SystemModstamp"] = rows[0]["SystemModstamp"]
    page = {"totalSize": 25, "done": False, "records": rows}
    again = [{**page, "nextRecordsUrl": f"/services/data/v60.0/query/0r8-{n}"} for n in range(2)]
    fake.faults = [("0r8", (200, answer)) for answer in again]
    with pytest.raises(BadAnswer, match="gives 2 rows once more under another cursor"):
        read_all(connect(fake), "opportunities")


def test_a_cursor_that_is_gone_is_asked_anew(fake):
    fake.deals(25)
    fake.page = 10
    fake.faults = [("0r8", error(400, "INVALID_QUERY_LOCATOR"))]
    assert sorted(ids(read_all(connect(fake), "opportunities"))) == sorted(everything(fake))


def test_the_session_goes_on_at_the_instance_that_the_token_names(fake):
    fake.deals(1)
    connector = connect(fake)
    assert connector.count(stream(connector, "opportunities")) == 1
    sent = connector._api.session._transport._session.adapters["https://"].sent
    assert {request.url.split("/services")[0] for request in sent if "/data/" in request.url} == {
        "https://eu1.salesforce.test"
    }
