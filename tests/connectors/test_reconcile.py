"""Counts, deletions without a trace, re-reading and floors."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Stream
from connectors.lake import Lake
from connectors.sync import sync_connection
from tests.connectors.fake_crm import FakeClock, FakeCrm, Item, deals, plain_rows, plain_state, truth


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def crm(lake, clock):
    crm = FakeCrm({"deals": deals(60)})
    assert sync_connection(crm, lake, clock=clock).state == "good"
    clock.forward(days=1)
    return crm


def test_a_deletion_without_a_trace_is_found_by_the_sweep(crm, lake, clock):
    del crm.objects["deals"]["d000007"]
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good"
    assert (outcome.streams[0].ours, outcome.streams[0].theirs) == (59, 59)
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")
    tombstone = plain_rows(lake, "fake/deals")[-1]
    assert (tombstone["id"], tombstone["is_deleted"], tombstone["payload"]) == ("d000007", True, '{"name": "deal 7"}')
    assert "1 found deleted" in outcome.streams[0].notes[0]


def test_a_deleted_record_that_comes_back_unchanged_is_alive_again(crm, lake, clock):
    item = crm.objects["deals"].pop("d000007")
    sync_connection(crm, lake, clock=clock)
    crm.objects["deals"]["d000007"] = item
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good"
    assert crm.reread == ["d000007"]
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_what_comes_back_with_an_older_stamp_than_it_was_deleted_with_is_alive(lake, clock):
    crm = FakeCrm({"deals": deals(5), "bin": {}}, counts={"bin": None}, tables={"bin": "fake/deals"})
    sync_connection(crm, lake, clock=clock)
    old = crm.objects["deals"].pop("d000001")
    crm.objects["bin"]["d000001"] = Item(old.value, clock())
    plain = crm.pages

    def pages(stream, *, position, synced_to):
        for page in plain(stream, position=position, synced_to=synced_to):
            gone = [replace(r, is_deleted=True) for r in page.records] if stream.name == "bin" else page.records
            yield replace(page, records=gone)

    crm.pages = pages
    assert sync_connection(crm, lake, clock=clock).state == "good"
    assert "d000001" not in plain_state(lake, "fake/deals")
    crm.objects["bin"].clear()
    crm.objects["deals"]["d000001"] = old  # as old as ever: its stamp lies before that of its deletion
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good", outcome.error
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_a_tombstone_beats_a_modification_time_in_the_far_future(crm, lake, clock):
    crm.objects["deals"]["x"] = Item({}, clock() + timedelta(days=365 * 7000))
    sync_connection(crm, lake, clock=clock)
    del crm.objects["deals"]["x"]
    assert sync_connection(crm, lake, clock=clock).state == "good"
    assert "x" not in plain_state(lake, "fake/deals")


def test_a_record_that_the_increment_missed_is_read_by_its_id(crm, lake, clock):
    crm.objects["deals"]["late"] = Item({"name": "indexed late"})  # its modification time lies before the increment
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good"
    assert crm.reread == ["late"]
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_equal_counts_need_no_sweep(crm, lake, clock):
    sync_connection(crm, lake, clock=clock)
    assert crm.swept == []


def test_all_ids_are_compared_now_and_then_though_counts_agree(crm, lake, clock):
    del crm.objects["deals"]["d000007"]
    crm.objects["deals"]["late"] = Item({"name": "indexed late"})  # one gone, one missed: the counts are equal
    assert sync_connection(crm, lake, clock=clock).streams[0].notes == []
    assert plain_state(lake, "fake/deals") != truth(crm, "deals")
    clock.forward(days=6)
    outcome = sync_connection(crm, lake, clock=clock)
    told = outcome.streams[0]
    assert outcome.state == "good"
    assert (told.swept, told.found_deleted, told.found_missing) == (True, 1, 1)
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")
    clock.forward(days=1)
    sync_connection(crm, lake, clock=clock)
    assert crm.swept == ["deals"], "and not again the next day"


def test_where_there_is_no_count_the_list_of_ids_is_one(crm, lake, clock):
    crm.counts["deals"] = None
    del crm.objects["deals"]["d000007"]
    clock.forward(days=7)
    told = sync_connection(crm, lake, clock=clock).streams[0]
    assert (told.ours, told.theirs, told.found_deleted) == (59, 59, 1)


def test_counts_that_stay_different_fail_the_pass(crm, lake, clock):
    crm.counts["deals"] = 63
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "stale"
    assert "counts 63 live records and lists 60, and we hold 60" in outcome.error
    assert crm.swept == ["deals"]


def test_without_a_list_of_ids_a_different_count_fails_the_pass(crm, lake, clock):
    crm.can_sweep = False
    del crm.objects["deals"]["d000007"]
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "stale"
    assert "counts 59 live records and we hold 60" in outcome.error


def test_a_stream_without_a_count_passes_uncompared(crm, lake, clock):
    crm.counts["deals"] = None
    outcome = sync_connection(crm, lake, clock=clock)
    assert (outcome.state, outcome.streams[0].ours, outcome.streams[0].theirs) == ("good", 60, None)


def test_an_empty_answer_where_there_were_deals_is_never_green(crm, lake, clock):
    held = dict(crm.objects["deals"])
    crm.objects["deals"].clear()
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "stale"
    assert "0 live records, where there were 60" in outcome.error
    assert len(plain_state(lake, "fake/deals")) == 60  # no tombstones were written
    crm.objects["deals"] |= held
    assert sync_connection(crm, lake, clock=clock).state == "good"


def test_an_operator_can_accept_a_fall(crm, lake, clock):
    for n in range(50):
        del crm.objects["deals"][f"d{n:06d}"]
    assert sync_connection(crm, lake, clock=clock).state == "stale"
    assert sync_connection(crm, lake, clock=clock, accept_fall=True).state == "good"
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_records_that_go_by_daily_work_may_fall(crm, lake, clock):
    crm.streams = lambda: [Stream("deals", "fake/deals", essential=True, may_fall=True)]
    sync_connection(crm, lake, clock=clock)
    for n in range(50):
        del crm.objects["deals"][f"d{n:06d}"]
    assert sync_connection(crm, lake, clock=clock).state == "good"
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_a_small_or_gentle_fall_passes(crm, lake, clock):
    for n in range(19):
        del crm.objects["deals"][f"d{n:06d}"]
    assert sync_connection(crm, lake, clock=clock).state == "good"


def test_a_re_read_that_brings_nothing_back_fails_when_the_count_insists(crm, lake, clock):
    crm.objects["deals"]["late"] = Item({})
    crm.read = lambda _stream, _ids: iter(())
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "stale"
    assert "counts 61" in outcome.error


def test_deletions_told_by_a_second_stream_of_the_table_need_no_sweep(lake, clock):
    from connectors.contract import Page, Record

    crm = FakeCrm({"deals": deals(5), "archived": {}}, counts={"archived": None}, tables={"archived": "fake/deals"})
    sync_connection(crm, lake, clock=clock)
    gone = crm.objects["deals"].pop("d000001")
    plain = crm.pages

    def pages(stream, *, position, synced_to):
        if stream.name == "archived":
            return iter([Page([Record("d000001", "{}", gone.modified_at, is_deleted=True)], {}, last=True)])
        return plain(stream, position=position, synced_to=synced_to)

    crm.pages = pages
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good"
    assert crm.swept == []
    assert outcome.streams[0].ours == 4
