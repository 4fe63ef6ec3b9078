"""Lists by cursor, days of tokens, counts, and what is asked of whom."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, BadInput
from connectors.lake import Lake
from connectors.pipedrive import costs
from connectors.sync import sync_connection
from tests.connectors.pipedrive.fake_pipedrive import START, TIER, FakePipedrive, connect, read_all

DAY = timedelta(days=1)


def test_all_deals_arrive_live_archived_and_deleted():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 21):
        fake.put(n, is_archived=n % 3 == 0, is_deleted=n % 5 == 0, status="deleted" if n % 5 == 0 else "open")
    records = read_all(connect(fake), "deals")
    assert {record.id for record in records} == {str(n) for n in range(1, 21)}
    assert {record.id for record in records if record.is_deleted} == {"5", "10", "15", "20"}


def test_a_stream_goes_on_from_any_page_without_loss():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 21):
        fake.put(n, is_archived=n % 3 == 0)
    connector = connect(fake)
    stream = connector.streams()[0]
    pages = list(connector.pages(stream, position={}, synced_to=None))
    whole = [record.id for page in pages for record in page.records]
    for place, page in enumerate(pages[:-1]):
        rest = connect(fake).pages(stream, position=page.position, synced_to=None)
        before = [record.id for earlier in pages[: place + 1] for record in earlier.records]
        assert before + [record.id for later in rest for record in later.records] == whole


def test_a_cursor_that_pipedrive_forgot_begins_its_list_anew():
    fake = FakePipedrive()
    fake.page = 3
    for n in range(1, 8):
        fake.put(n)
    connector = connect(fake)
    stream = connector.streams()[0]
    first = next(iter(connector.pages(stream, position={}, synced_to=None)))
    fake.old_cursors.add(first.position["cursor"])
    again = list(connect(fake).pages(stream, position=first.position, synced_to=None))
    assert {record.id for page in again for record in page.records} == {str(n) for n in range(1, 8)}
    assert first.position not in [page.position for page in again]


def test_a_cursor_that_leads_in_a_circle_is_a_bad_answer():
    fake = FakePipedrive()
    fake.put(1)
    page = {"success": True, "data": [fake.deals[1]], "additional_data": {"next_cursor": "again"}}
    fake.faults["/api/v2/deals"] = [(200, page)] * 9
    with pytest.raises(BadAnswer, match="repeats the page"):
        read_all(connect(fake), "deals")


@pytest.mark.parametrize(("path", "name"), [("/api/v2/deals", "deals"), ("/api/v2/stages", "stages")])
def test_a_page_that_comes_again_under_another_cursor_is_a_bad_answer(path, name):
    fake = FakePipedrive()
    fake.put(1)
    fake.put(2)
    page = {"success": True, "data": list(fake.deals.values())}
    fake.faults[path] = [(200, {**page, "additional_data": {"next_cursor": f"c{n}"}}) for n in range(9)]
    with pytest.raises(BadAnswer, match="gives 2 rows once more under another cursor"):
        read_all(connect(fake), name)
    assert len(fake.faults[path]) >= 6, "nobody spends tokens on such cursors"


def test_increments_ask_from_the_whole_second_before_the_overlap():
    fake = FakePipedrive()
    fake.put(1)
    fake.put(2, START + 2 * DAY)
    synced_to = START + DAY + timedelta(seconds=7, milliseconds=900)
    records = read_all(connect(fake), "deals", synced_to=synced_to)
    assert [record.id for record in records] == ["2"]
    endpoint, query = next((e, q) for e, q in fake.asked if "updated_since" in q)
    assert (endpoint, query["updated_since"], query["sort_by"]) == (costs.DEALS, "2026-03-01T23:30:07Z", "update_time")
    assert not any("updated_since" in q for e, q in fake.asked if e == costs.STAGES or q.get("status") == "deleted")


def test_a_deal_keeps_what_the_process_needs_and_no_more():
    fake = FakePipedrive()
    money = {"value": 12.5, "currency": "EUR"}
    fake.put(1, custom_fields={TIER: [31, 32], "b" * 40: money, "c" * 40: "secret"}, visible_to=3, org_id=5)
    connector = connect(fake, fields={"tier": TIER}, read_fields=["b" * 40, "channel"])
    kept = orjson.loads(read_all(connector, "deals")[0].payload)
    assert (kept[TIER], kept["b" * 40]) == ("31,32", "12.5")
    assert not {"custom_fields", "visible_to", "org_id", "c" * 40} & kept.keys()
    assert next(q for e, q in fake.asked if e == costs.DEALS)["custom_fields"] == f"{TIER},{'b' * 40}"
    user = orjson.loads(read_all(connector, "users")[0].payload)
    assert "phone" not in user


def test_a_dotted_name_leads_into_a_custom_field_s_value():
    fake = FakePipedrive()
    fake.put(1, custom_fields={"b" * 40: {"value": 12.5, "currency": "EUR"}, TIER: {"id": 31, "more": {"deep": True}}})
    fake.put(2, custom_fields={"b" * 40: None})
    wanted = [f"{'b' * 40}.currency", f"{TIER}.more.deep", f"{'b' * 40}.nothing"]
    connector = connect(fake, read_fields=[*wanted, TIER])
    first, second = (orjson.loads(record.payload) for record in read_all(connector, "deals"))
    assert [first.get(name) for name in (*wanted, TIER)] == ["EUR", "true", None, "31"]
    assert not second.keys() & set(wanted)
    assert next(q for e, q in fake.asked if e == costs.DEALS)["custom_fields"] == f"{'b' * 40},{TIER}"
    deals = connector.streams()[0]
    assert sorted(connector.absent_fields(deals)) == sorted([wanted[0], wanted[2]]), "of a field that nobody has"
    with pytest.raises(BadInput, match="a dot leads into its value"):
        connect(fake, read_fields=[".currency"])


def test_a_backfill_takes_days_and_loses_and_repeats_nothing(tmp_path):
    fake = FakePipedrive()
    for n in range(1, 301):
        fake.put(n)
        fake.move(n, START + DAY)
    fake.day_limit = 3000  # of which 30 % are kept for others: 2,100 a day
    lake, days = Lake(tmp_path), []
    while not days or days[-1].state != "good":
        assert len(days) < 10
        connector = connect(fake)
        days.append(sync_connection(connector, lake, clock=lambda: START + (2 + len(days)) * DAY))
        connector.close()
        assert fake.tokens <= 2100
        fake.next_day()
    assert [day.state for day in days] == ["backfilling", "backfilling", "backfilling", "good"]
    assert "are kept for your other apps" in days[0].error
    # Six calls are under way at once, so that many may be asked again after each night's end.
    assert 300 <= fake.calls[costs.CHANGELOG] <= 300 + 6 * 3
    payloads = [identity for identity, _ in lake.payloads("pipedrive/deal_changes", "acme")]
    assert len(payloads) == 600
    assert len({identity.partition(":")[0] for identity in payloads}) == 300


def test_counts_and_sweeps():
    fake = FakePipedrive()
    fake.page = 2
    for n in range(1, 8):
        fake.put(n, is_archived=n == 3, is_deleted=n == 4)
        fake.activities[n] = {"id": n, "type": "call", "update_time": "2026-03-01T00:00:00Z"}
    connector = connect(fake)
    by_name = {stream.name: stream for stream in connector.streams()}
    assert connector.count(by_name["deals"]) == 6
    assert sorted(connector.sweep(by_name["deals"])) == ["1", "2", "3", "5", "6", "7"]
    assert connector.count(by_name["activities"]) == 7
    assert connector.count(by_name["deal_changes"]) is None
    again = [record for page in connector.read(by_name["deals"], ["3", "4", "99"]) for record in page.records]
    assert [(record.id, record.is_deleted) for record in again] == [("3", False), ("4", True)]


def test_plan_and_pipelines_and_probe():
    fake = FakePipedrive()
    for n in range(1, 101):
        fake.put(n, status="won" if n <= 40 else "open")
    fake.day_limit = 1000
    connector = connect(fake)
    plans = {plan.stream: plan for plan in connector.plan()}
    assert (plans["deals"].records, plans["deal_changes"].calls, plans["deal_changes"].tokens) == (100, 41, 820)
    assert "2 nights" in plans["deals"].remark
    assert [stage.id for stage in connector.pipelines()[0].stages] == ["1", "2", "3", "4"]
    lines = connector.probe()
    assert any("no administrator" in line for line in lines)
    assert any("tokens" in line and "left" in line for line in lines)


def test_a_field_that_pipedrive_no_longer_has_is_told_and_read_anew_when_it_comes_back():
    fake, gone = FakePipedrive(), "b" * 40
    fake.put(1, custom_fields={TIER: [31]})
    connector = connect(fake, fields={"tier": TIER}, read_fields=[gone])
    deals = connector.streams()[0]
    assert TIER in deals.fields
    assert gone not in deals.fields, "the day it comes, the fields differ and all deals are read again"
    assert list(connector.absent_fields(deals)) == [gone]
    assert any(gone in note and "stays unknown" in note for note in connector.notes(deals))
    assert list(connector.absent_fields(connector.streams()[3])) == []
