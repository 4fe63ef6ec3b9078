"""Everything arrives: first syncs, increments, floods, late rows, archived and restored deals, restarts at any page."""

from __future__ import annotations

import random
from datetime import timedelta
from math import ceil

import orjson
import pytest

from connectors.contract import BadAnswer
from tests.connectors.hubspot.fake_hubspot import START, FakeHubSpot, connect, read_all, stream

HOUR = timedelta(hours=1)


def test_the_first_sync_reads_all_deals_with_history_and_the_archived_ones_as_deleted():
    fake = FakeHubSpot()
    fake.deals(120)
    fake.put("deals", 500, START, archived=True, dealstage="s1")
    connector = connect(fake)
    records = read_all(connector, "deals")
    assert [r.id for r in records if not r.is_deleted] == [str(n) for n in range(1, 121)]
    assert [r.id for r in records if r.is_deleted] == ["500"]
    first = orjson.loads(records[0].payload)
    assert first["properties"]["dealstage"] == "s1"
    assert first["propertiesWithHistory"]["dealstage"][0]["value"] == "s1"
    assert records[0].modified_at == START
    assert fake.calls == {"list": 3, "archived": 1}


def test_a_change_after_the_first_sync_is_read_with_its_history():
    fake = FakeHubSpot()
    fake.deals(300)
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    synced_to = START + 24 * HOUR
    fake.put("deals", 7, synced_to + HOUR, dealstage="s2")
    records = read_all(connector, "deals", synced_to)
    assert [r.id for r in records] == ["7"]
    assert orjson.loads(records[0].payload)["propertiesWithHistory"]["dealstage"][0]["value"] == "s2"


@pytest.mark.parametrize("changed", [0, 1, 50, 199, 200, 201, 1000, 3050])
def test_an_increment_costs_no_more_calls_than_it_must(changed):
    fake = FakeHubSpot()
    fake.deals(4000, at=START - 100 * 24 * HOUR, step=timedelta(seconds=1))
    fake.deals(changed, at=START, first=1)
    connector = connect(
        fake, options={"open_deals_reread": 0, "association_window_days": 0, "searches_per_second": 1000}
    )
    total = 0
    for each in connector.streams():
        total += sum(len(page.records) for page in connector.pages(each, position={}, synced_to=START))
    assert total >= changed
    # Constant: properties, pipelines, owners (2), archived of 6 kinds, searches of 5 kinds, one search more per 199.
    assert fake.calls["batch"] == ceil(changed / 50)
    assert connector.traffic.requests <= ceil(changed / 200) + ceil(changed / 50) + 8 * ceil(changed / 1000) + 25


@pytest.mark.slow
def test_25_000_deals_of_one_millisecond_all_arrive_although_the_search_stops_at_10_000():
    fake = FakeHubSpot()
    fake.deals(300, at=START)
    fake.deals(25_000, at=START + HOUR, step=timedelta(0), first=1000)
    fake.deals(300, at=START + 2 * HOUR, first=50_000)
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    ids = [r.id for r in read_all(connector, "deals", START + HOUR / 2)]
    assert sorted(map(int, ids)) == [*range(1, 301), *range(1000, 26_000), *range(50_000, 50_300)]
    assert len(ids) == len(set(ids))
    assert fake.calls["search"] <= 25_600 / 199 + 10


@pytest.mark.parametrize("seed", range(8))
def test_any_spread_over_milliseconds_arrives_once_and_from_any_page_on(seed):
    chance = random.Random(seed)
    fake = FakeHubSpot()
    for number in range(1, 1201):
        fake.put("deals", number, START + timedelta(milliseconds=chance.choice([0, 0, 0, 1, 2, chance.randrange(99)])))
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    deals = stream(connector, "deals")
    pages = list(connector.pages(deals, position={}, synced_to=START))
    ids = [record.id for page in pages for record in page.records]
    assert sorted(ids, key=int) == [str(n) for n in range(1, 1201)]
    cut = chance.randrange(len(pages) - 1)
    before = {record.id for page in pages[: cut + 1] for record in page.records}
    again = read_all(connect(fake), "deals", START, position=orjson.loads(orjson.dumps(dict(pages[cut].position))))
    assert before | {record.id for record in again} == set(ids)


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_first_sync_goes_on_after_any_page(cut):
    fake = FakeHubSpot()
    fake.deals(120)
    fake.put("deals", 500, START, archived=True)
    connector = connect(fake)
    pages = list(connector.pages(stream(connector, "deals"), position={}, synced_to=None))
    before = [record.id for page in pages[: cut + 1] for record in page.records]
    rest = [] if pages[cut].last else read_all(connect(fake), "deals", position=pages[cut].position)
    assert [*before, *(record.id for record in rest)] == [*(str(n) for n in range(1, 121)), "500"]


def test_a_row_that_the_search_shows_late_comes_with_the_next_pass():
    fake = FakeHubSpot()
    fake.deals(3, at=START)
    fake.hidden_from_search = {2}
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    first_pass = START + timedelta(minutes=5)
    assert [r.id for r in read_all(connector, "deals", START)] == ["1", "3"]
    fake.hidden_from_search = set()
    assert "2" in [r.id for r in read_all(connector, "deals", first_pass)]


def test_archiving_and_restoring_move_no_date_and_are_seen_all_the_same():
    fake = FakeHubSpot()
    fake.deals(3, at=START)
    fake.put("deals", 2, START, archived=True)
    connector = connect(fake)
    records = read_all(connector, "deals", START + 48 * HOUR)
    archived = next(r for r in records if r.id == "2")
    assert archived.is_deleted
    assert archived.modified_at == START
    assert list(connector.sweep(stream(connector, "deals"))) == ["1", "3"]
    assert connector.count(stream(connector, "deals")) == 2
    fake.put("deals", 2, START)
    restored = [r for page in connector.read(stream(connector, "deals"), ["2"]) for r in page.records]
    assert [(r.id, r.is_deleted, r.modified_at) for r in restored] == [("2", False, START)]


def test_the_parents_of_a_merge_are_no_live_deals():
    fake = FakeHubSpot()
    fake.deals(3, at=START)
    del fake.objects["deals"][1], fake.objects["deals"][2]  # the put below makes the search forget them
    fake.put("deals", 9, START + HOUR, hs_merged_object_ids="1;2")
    connector = connect(fake)
    deals = stream(connector, "deals")
    assert sorted(connector.sweep(deals)) == ["3", "9"]
    assert connector.count(deals) == 2
    merged = next(r for r in read_all(connector, "deals", START + HOUR) if r.id == "9")
    assert orjson.loads(merged.payload)["properties"]["hs_merged_object_ids"] == "1;2"
    assert next(iter(connector.read(deals, ["1", "2"]))).records == []


def test_open_deals_are_read_again_because_calculated_counts_move_no_date():
    fake = FakeHubSpot()
    fake.deals(30, at=START)
    connector = connect(fake)
    later = START + 48 * HOUR
    read = {r.id for r in read_all(connector, "deals", later)}
    assert read == {str(n + 1) for n in range(30) if n % 3}
    assert connector.notes(stream(connector, "deals")) == []
    few = connect(fake, options={"open_deals_reread": 5, "searches_per_second": 1000})
    assert len(read_all(few, "deals", later)) == 5
    assert "20 deals are open" in few.notes(stream(few, "deals"))[0]


def test_engagements_come_from_the_search_as_they_need_no_history():
    fake = FakeHubSpot()
    for n in range(1, 451):
        fake.put(
            "meetings", n, START + n * timedelta(seconds=1), hs_meeting_outcome="COMPLETED", hs_meeting_body="private"
        )
    connector = connect(fake)
    records = read_all(connector, "meetings")
    assert len(records) == 450
    assert "private" not in records[0].payload
    changed = read_all(connector, "meetings", START + timedelta(seconds=400) + HOUR)
    assert [r.id for r in changed] == [str(n) for n in range(400, 451)]
    assert fake.calls["batch"] == 0


def test_a_lower_bound_is_never_the_epoch():
    from datetime import UTC, datetime

    fake = FakeHubSpot()
    fake.deals(2)
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    assert len(read_all(connector, "deals", datetime(1970, 1, 1, tzinfo=UTC))) == 2


@pytest.mark.parametrize("part", ["live", "archived"])
def test_pages_that_lead_in_a_circle_are_refused(part):
    fake = FakeHubSpot()
    fake.deals(120)
    thing = {"id": "1", "properties": {}, "archived": False}
    fake.faults["/objects/deals"] = [(200, {"results": [thing], "paging": {"next": {"after": "50"}}})] * 5
    with pytest.raises(BadAnswer, match="repeats the page after '50'"):
        read_all(connect(fake), "deals", position={"phase": part, "after": "20"})


@pytest.mark.parametrize("name", ["deals", "owners"])
def test_a_page_that_comes_again_under_another_cursor_is_refused(name):
    fake = FakeHubSpot()
    things = [{"id": str(n), "properties": {}, "updatedAt": "2026-03-01T00:00:00Z"} for n in (1, 2)]
    page = f"/{name}"
    fake.faults[page] = [(200, {"results": things, "paging": {"next": {"after": str(n)}}}) for n in range(50, 60)]
    with pytest.raises(BadAnswer, match="gives 2 rows once more under another cursor"):
        read_all(connect(fake), name)
    assert len(fake.faults[page]) >= 7, "nobody follows such cursors for long"


def test_ids_that_come_again_under_another_cursor_end_the_comparison():
    fake = FakeHubSpot()
    page = "/objects/deals"
    answer = {"results": [{"id": "1"}, {"id": "2"}]}
    fake.faults[page] = [(200, {**answer, "paging": {"next": {"after": str(n)}}}) for n in range(50, 60)]
    connector = connect(fake)
    with pytest.raises(BadAnswer, match="once more under another cursor"):
        list(connector.sweep(connector.streams()[0]))


@pytest.mark.parametrize(
    "body",
    [[], {}, {"results": None}, {"results": [1]}, {"results": [{"properties": {}}]}, {"results": [{"id": 5}]}],
    ids=str,
)
def test_an_answer_of_another_shape_is_refused_and_names_where(body):
    fake = FakeHubSpot()
    fake.faults["/objects/deals"] = [(200, body)] * 9
    with pytest.raises(BadAnswer, match=r"emea: https://api.test/crm/v3/objects/deals"):
        read_all(connect(fake), "deals")


def test_properties_that_hubspot_lacks_and_long_histories_are_noted():
    fake = FakeHubSpot()
    versions = [{"value": str(n), "timestamp": "2026-03-01T00:00:00Z"} for n in range(20)]
    fake.put("deals", 3, START, history={"amount": versions})
    connector = connect(fake, fields={"budget": "budget_confirmed__c"}, read_fields=["amount"])
    read_all(connector, "deals")
    notes = connector.notes(stream(connector, "deals"))
    assert any("no deal property budget_confirmed__c" in note for note in notes)
    assert any("1 of deals have 20 or more versions of amount (one is 3)" in note for note in notes)
    assert "budget_confirmed__c" not in stream(connector, "deals").fields


def test_a_property_that_comes_later_is_read_of_all_deals():
    fake = FakeHubSpot()
    before, after = (connect(fake, fields={"budget": "budget_confirmed__c"}) for _ in range(2))
    without = stream(before, "deals").fields
    fake.properties.add("budget_confirmed__c")
    assert set(stream(after, "deals").fields) - set(without) == {"budget_confirmed__c", "history:budget_confirmed__c"}


def test_pipelines_and_owners_with_the_archived_ones():
    fake = FakeHubSpot()
    connector = connect(fake)
    assert [r.id for r in read_all(connector, "pipelines")] == ["default"]
    owners = read_all(connector, "owners")
    assert [r.id for r in owners] == ["9", "7", "8"]
    assert not any(r.is_deleted for r in owners)
    assert connector.count(stream(connector, "owners")) == 3
    assert sorted(connector.sweep(stream(connector, "owners"))) == ["7", "8", "9"]
    assert list(connector.sweep(stream(connector, "pipelines"))) == ["default"]


def test_streams_begin_with_deals_and_name_what_rests_on_them():
    streams = connect(FakeHubSpot()).streams()
    assert streams[0].name == "deals"
    assert {s.name for s in streams if s.essential} == {"deals", "pipelines", "owners"}
    assert {c for s in streams for c in s.covers} == {
        "deals",
        "stage_changes",
        "field_changes",
        "stages",
        "owners",
        "activities",
        "contacts",
        "documents",
    }
    assert sum(s.table == "hubspot/associations" for s in streams) == 9
