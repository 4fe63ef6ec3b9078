"""Associations: all of them, also after a restart, also those that were taken away."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import Unreachable
from tests.connectors.hubspot.fake_hubspot import START, FakeHubSpot, connect, read_all, stamp, stream

PAIR = "associations:deals:contacts"
DAY = timedelta(days=1)


def told(records) -> dict[str, list[int]]:
    return {r.id: [to["toObjectId"] for to in orjson.loads(r.payload)["to"]] for r in records}


def test_the_first_sync_asks_a_thousand_deals_at_a_time_and_lists_nothing_twice():
    fake = FakeHubSpot()
    fake.deals(2300)
    fake.links = {("deals", "contacts", n): [n * 10] for n in range(1, 2301, 2)}
    connector = connect(fake)
    read_all(connector, "deals")
    calls = fake.calls.copy()
    records = read_all(connector, PAIR)
    assert told(records) == {f"deals:contacts:{n}": [n * 10] for n in range(1, 2301, 2)}
    assert orjson.loads(records[0].payload) == {"from": {"id": "1"}, "to": [{"toObjectId": 10, "associationTypes": []}]}
    assert fake.calls - calls == {"associations": 3}


def test_after_a_restart_the_ids_are_listed_and_reading_goes_on_where_it_was():
    fake = FakeHubSpot()
    fake.deals(2300)
    fake.links = {("deals", "contacts", n): [n] for n in range(1, 2301)}
    records = read_all(connect(fake), PAIR, position={"above": 1000})
    assert len(records) == 1300
    assert fake.calls["associations"] == 2


def test_an_object_with_very_many_associations_is_paged_to_its_end():
    fake = FakeHubSpot()
    fake.deals(3)
    fake.association_page = 4
    fake.links = {("deals", "contacts", 2): list(range(10)), ("deals", "contacts", 3): [5]}
    connector = connect(fake)
    assert told(read_all(connector, PAIR)) == {"deals:contacts:2": list(range(10)), "deals:contacts:3": [5]}


def test_an_increment_tells_also_of_associations_that_were_taken_away():
    fake = FakeHubSpot()
    fake.deals(10, at=START - 30 * DAY)
    fake.deals(2, at=START)
    fake.links = {("deals", "contacts", 1): [11]}
    connector = connect(fake, options={"open_deals_reread": 0, "searches_per_second": 1000})
    read_all(connector, "deals", START)
    assert told(read_all(connector, PAIR, START)) == {"deals:contacts:1": [11], "deals:contacts:2": []}


def test_the_window_and_open_deals_are_asked_again_because_associations_move_no_date():
    fake = FakeHubSpot()
    fake.deals(9, at=START - 30 * DAY)  # long unchanged; 1, 4 and 7 are closed
    fake.put("deals", 100, START - 2 * DAY, hs_is_closed="true")
    fake.put("deals", 101, START - 9 * DAY, hs_is_closed="true")
    fake.put("meetings", 5, START - 2 * DAY)
    fake.put("meetings", 6, START - 9 * DAY)
    fake.links = {("deals", "contacts", n): [1] for n in range(102)} | {("meetings", "deals", 5): [2]}
    for connector in (connect(fake), connect(fake)):
        read_all(connector, "deals", START)
        ids = set(told(read_all(connector, PAIR, START)))
        assert ids == {f"deals:contacts:{n}" for n in (2, 3, 5, 6, 8, 9, 100)}
        assert told(read_all(connector, "associations:meetings:deals", START)) == {"meetings:deals:5": [2]}
    restarted = connect(fake)
    assert set(told(read_all(restarted, PAIR, START))) == ids


def test_single_associations_are_read_again_by_their_lake_ids():
    fake = FakeHubSpot()
    fake.deals(3)
    fake.links = {("deals", "contacts", 2): [22]}
    connector = connect(fake)
    pages = connector.read(stream(connector, PAIR), ["deals:contacts:2", "deals:contacts:3"])
    assert told(r for page in pages for r in page.records) == {"deals:contacts:2": [22], "deals:contacts:3": []}
    assert connector.count(stream(connector, PAIR)) is None
    assert connector.sweep(stream(connector, PAIR)) is None


def test_the_activities_of_merged_deals_are_asked_again_although_no_date_of_theirs_moves():
    fake = FakeHubSpot()
    fake.put("meetings", 71, START - 90 * DAY)
    fake.put("meetings", 72, START - 90 * DAY)
    fake.put("deals", 9, START, hs_merged_object_ids="1;2")
    fake.links = {("deals", "meetings", 9): [71], ("meetings", "deals", 71): [9], ("meetings", "deals", 72): [5]}
    whole, restarted = connect(fake), connect(fake)
    read_all(whole, "deals", START)
    read_all(whole, "meetings", START)
    for connector in (whole, restarted):
        assert told(read_all(connector, "associations:meetings:deals", START)) == {"meetings:deals:71": [9]}


def test_what_was_done_before_with_a_buyer_is_asked_for_when_a_new_deal_takes_it_along():
    fake = FakeHubSpot()
    fake.put("meetings", 71, START - 90 * DAY)
    fake.put("deals", 8, START, createdate=stamp(START - 90 * DAY))
    fake.put("deals", 9, START, createdate=stamp(START))
    fake.links = {("deals", "meetings", 9): [71], ("meetings", "deals", 71): [9]}
    whole, restarted = connect(fake), connect(fake)
    read_all(whole, "deals", START)
    read_all(whole, "meetings", START)
    for connector in (whole, restarted):
        assert told(read_all(connector, "associations:meetings:deals", START)) == {"meetings:deals:71": [9]}


def test_a_deal_that_only_the_count_found_brings_its_contacts_and_meetings():
    fake = FakeHubSpot()
    fake.put("meetings", 71, START - 90 * DAY)
    fake.put("deals", 9, START - 90 * DAY, hs_is_closed="true")
    fake.links = {
        ("deals", "contacts", 9): [5],
        ("deals", "meetings", 9): [71],
        ("meetings", "deals", 71): [9],
    }
    connector = connect(fake)
    read_all(connector, "deals", START)
    assert list(connector.read(stream(connector, "deals"), ["9"]))
    read_all(connector, "meetings", START)
    assert told(read_all(connector, PAIR, START)) == {"deals:contacts:9": [5]}
    assert told(read_all(connector, "associations:meetings:deals", START)) == {"meetings:deals:71": [9]}


def test_a_refusal_to_tell_a_merged_deal_s_activities_is_a_remark_and_no_failure():
    fake = FakeHubSpot()
    fake.put("meetings", 71, START)
    fake.put("deals", 9, START, hs_merged_object_ids="1;2")
    fake.links = {("meetings", "deals", 71): [9]}
    fake.faults["/associations/deals/meetings"] = [(400, {"message": "No association exists"})]
    connector = connect(fake)
    assert told(read_all(connector, "associations:meetings:deals", START)) == {"meetings:deals:71": [9]}
    assert "of merged and new deals could not be asked for" in connector.notes(stream(connector, "meetings"))[0]
    fake.faults["/associations/deals/meetings"] = [(502, {})] * 9
    with pytest.raises(Unreachable):
        read_all(connect(fake), "associations:meetings:deals", START)
