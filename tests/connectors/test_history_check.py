"""A history that ends elsewhere than its deal stands: read again once, and listed when that doesn't help."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import HistoryCheck
from connectors.lake import Lake
from connectors.sync import sync_connection
from tests.connectors.fake_crm import FakeClock, FakeCrm, Item, plain_state, truth

INSIDE = HistoryCheck(
    stream="deals",
    present="select id as deal_id, payload->>'$.stage' as stage_id from deals",
    history="select id as deal_id, payload->>'$.walk[-1]' as stage_id from deals",
)
BESIDE = HistoryCheck(
    stream="deals",
    present=INSIDE.present,
    history="""
        select payload->>'$.deal' as deal_id, max_by(payload->>'$.stage', cast(payload->>'$.at' as int)) as stage_id
        from history group by 1
    """,
    history_stream="history",
    history_table="fake/history",
)


def deal(*walk: str, stage: str | None = None) -> Item:
    return Item({"stage": stage or walk[-1], "walk": list(walk)})


def change(of: str, at: int, stage: str) -> Item:
    return Item({"deal": of, "at": at, "stage": stage})


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


def sync(crm: FakeCrm, lake: Lake, clock: FakeClock) -> Any:
    outcome = sync_connection(crm, lake, clock=clock)
    assert outcome.state == "good", outcome.error
    return next(stream for stream in outcome.streams if stream.stream == "deals")


def test_agreeing_histories_cost_no_request(lake):
    crm = FakeCrm({"deals": {"a": deal("one", "two"), "b": deal("one")}}, check=INSIDE)
    told = sync(crm, lake, FakeClock())
    assert (told.history_differs, told.notes, crm.reread) == (0, [], [])


def test_a_change_that_the_first_answer_lacked_is_read_again(lake):
    crm = FakeCrm({"deals": {"a": deal("one", stage="two"), "b": deal("one")}}, check=INSIDE)
    plain_read = crm.read

    def mended(stream, ids):
        crm.objects["deals"]["a"] = deal("one", "two")
        return plain_read(stream, ids)

    crm.read = mended
    told = sync(crm, lake, FakeClock())
    assert crm.reread == ["a"], "only what differs is asked for"
    assert told.history_differs == 0
    assert "1 deals stood in another stage than their history ends in and were read again; now all agree" in told.notes
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_what_still_differs_is_listed_and_asked_for_once_a_pass(lake):
    clock = FakeClock()
    crm = FakeCrm({"deals": {"a": deal("one", stage="two"), "b": deal("one")}}, check=INSIDE)
    told = sync(crm, lake, clock)
    assert crm.reread == ["a"]
    assert told.history_differs == 1
    assert told.notes[-1].endswith("1 still differ, and when they came where they stand is unknown: a")


def test_a_history_without_entries_is_no_contradiction(lake):
    crm = FakeCrm({"deals": {"a": Item({"stage": "two", "walk": []})}}, check=INSIDE)
    assert sync(crm, lake, FakeClock()).history_differs == 0


def test_a_history_of_its_own_is_read_again_with_its_deal(lake):
    crm = FakeCrm(
        {
            "deals": {"a": deal("two"), "b": deal("one")},
            "history": {"1": change("a", 1, "one"), "2": change("b", 1, "one")},
        },
        check=BESIDE,
    )
    plain = crm.read_history

    def late(ids):
        crm.objects["history"]["3"] = change("a", 2, "two")
        return plain(ids)

    crm.read_history = late
    told = sync(crm, lake, FakeClock())
    assert (crm.reread, crm.reread_history, told.history_differs) == (["a"], ["a"], 0)
    assert plain_state(lake, "fake/history") == truth(crm, "history")


def test_an_increment_compares_what_it_read_and_no_more(lake):
    clock = FakeClock()
    crm = FakeCrm({"deals": {"a": deal("one", stage="two"), "b": deal("one")}}, check=INSIDE)
    sync(crm, lake, clock)
    crm.reread.clear()
    clock.forward(days=1)
    crm.objects["deals"]["b"] = Item({"stage": "three", "walk": ["one"]}, clock())
    sync(crm, lake, clock)
    assert crm.reread == ["b"]


def test_an_unreadable_history_is_no_contradiction_either(lake):
    crm = FakeCrm({"deals": {"a": deal("two")}, "history": {}}, check=BESIDE, unreadable={"history"})
    told = sync(crm, lake, FakeClock())
    assert (told.history_differs, crm.reread) == (None, [])


def test_a_move_that_arrives_without_its_deal_has_the_deal_read_again(lake):
    clock = FakeClock()
    crm = FakeCrm(
        {"deals": {"a": deal("one"), "b": deal("one")}, "history": {"1": change("a", 1, "one")}}, check=BESIDE
    )
    sync(crm, lake, clock)
    clock.forward(days=1)
    crm.objects["deals"]["a"] = deal("two")  # stamped long before the window of the next pass
    crm.objects["history"]["2"] = Item(change("a", 2, "two").value, clock())
    told = sync(crm, lake, clock)
    assert (crm.reread, told.history_differs) == (["a"], 0)
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")
