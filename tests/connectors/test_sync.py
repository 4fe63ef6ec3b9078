"""A sync's course: passes, cursors, failures and what they come to, against a CRM in memory."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from connectors.contract import CredentialsError, QuotaExhausted, Unreachable
from connectors.lake import SYNCS, Lake
from connectors.outcome import from_dict, from_json, to_json
from connectors.sync import Limits, sync_connection
from tests.connectors.fake_crm import FakeClock, FakeCrm, Item, deals, plain_rows, plain_state, truth

SMALL = Limits(batch_rows=20)


def sync(crm, lake, clock=None, **options):
    options.setdefault("limits", SMALL)
    return sync_connection(crm, lake, clock=clock or FakeClock(), **options)


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture
def crm():
    return FakeCrm({"deals": deals(55), "activities": {"a1": Item({"kind": "call"})}})


def test_a_first_pass_brings_everything_and_says_so(crm, lake):
    seen = []
    outcome = sync(crm, lake, progress=lambda stream, rows: seen.append((stream, rows)))
    assert outcome.state == "good"
    assert outcome.error is None
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")
    assert [(s.stream, s.rows_read, s.ours, s.theirs, s.covered) for s in outcome.streams] == [
        ("deals", 55, 55, 55, True),
        ("activities", 1, 1, 1, True),
    ]
    assert outcome.streams[0].requests == 6
    assert seen[0] == ("deals", 10)
    assert seen[-1] == ("activities", 1)
    assert outcome.judged_at == outcome.started_at


def test_the_outcome_survives_json_and_the_lake(crm, lake):
    outcome = sync(crm, lake)
    assert from_json(to_json(outcome)) == outcome
    assert [from_dict(values) for values in lake.sync_rows("acme")] == [outcome]
    assert lake.sync_rows() == lake.sync_rows("acme")


def test_seqs_are_unique_rise_over_all_tables_and_the_watermark_is_the_last(crm, lake):
    outcome = sync(crm, lake)
    seqs = [r["seq"] for table in ("fake/deals", "fake/activities", SYNCS) for r in plain_rows(lake, table)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert outcome.watermark == len(seqs) - 1
    assert lake.last_seq("fake", "acme") == len(seqs)


def test_a_cursor_lies_behind_its_rows_in_the_same_file(crm, lake):
    sync(crm, lake)
    rows = plain_rows(lake, "fake/deals")
    cursors = [i for i, r in enumerate(rows) if r["kind"] == "cursor"]
    assert len(cursors) == 3  # batches of at least 20 rows from pages of 10: 20, 20, 15
    for at in cursors:
        assert f'"after":"{rows[at - 1]["id"]}"' in rows[at]["payload"]


def test_the_second_pass_reads_what_changed_since_the_first_began(crm, lake):
    clock = FakeClock()
    first = sync(crm, lake, clock)
    clock.forward(days=1)
    crm.objects["deals"]["d000003"] = Item({"name": "renamed"}, clock())
    crm.asked.clear()
    second = sync(crm, lake, clock)
    assert second.state == "good"
    assert crm.asked == [("deals", {}, first.started_at), ("activities", {}, first.started_at)]
    assert second.streams[0].rows_read == 1
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")
    assert plain_state(lake, "fake/deals", upto=first.watermark)["d000003"] == {"name": "deal 3"}


def test_a_changed_choice_of_fields_reads_that_stream_again_in_full(crm, lake):
    clock = FakeClock()
    sync(crm, lake, clock)
    crm.fields["deals"] = ("a", "b")
    crm.asked.clear()
    sync(crm, lake, clock)
    assert [(stream, since is None) for stream, _, since in crm.asked] == [("deals", True), ("activities", False)]


def test_dying_between_deals_and_activities_leaves_the_watermark(crm, lake):
    clock = FakeClock()
    first = sync(crm, lake, clock)
    clock.forward(days=1)
    crm.objects["deals"]["d000003"] = Item({"name": "renamed"}, clock())

    def down(stream, _page):
        if stream == "activities":
            raise Unreachable("api.fake did not answer")

    crm.fail = down
    failed = sync(crm, lake, clock)
    assert (failed.state, failed.error) == ("stale", "api.fake did not answer")
    assert failed.watermark == first.watermark
    assert failed.judged_at == first.judged_at
    crm.fail = None
    clock.forward(days=1)
    crm.asked.clear()
    resumed = sync(crm, lake, clock)
    assert [stream for stream, _, _ in crm.asked] == ["activities"]  # the deals of that pass were complete
    assert resumed.pass_id == failed.pass_id
    assert resumed.judged_at == failed.started_at
    assert resumed.state == "good"
    assert [values["state"] for values in lake.sync_rows("acme")] == ["good", "good"]


def test_a_failure_keeps_the_pages_that_arrived(crm, lake):
    def quota(_stream, page):
        if page == 3:
            raise QuotaExhausted("today's 500 requests are used up")

    crm.fail = quota
    outcome = sync(crm, lake)
    assert outcome.state == "backfilling"
    assert outcome.watermark is None
    assert len(plain_state(lake, "fake/deals")) == 30
    crm.fail = None
    crm.asked.clear()
    assert sync(crm, lake).state == "good"
    assert crm.asked[0] == ("deals", {"after": "d000029"}, None)


def test_a_refused_token_is_told_and_nothing_else_happens(crm, lake):
    def refused(_stream, _page):
        raise CredentialsError("the token in ACME_TOKEN was refused")

    crm.fail = refused
    outcome = sync(crm, lake)
    assert (outcome.state, outcome.watermark) == ("stale", None)
    assert outcome.error == "the token in ACME_TOKEN was refused"


def test_a_missing_right_costs_only_what_rests_on_it(crm, lake):
    crm.unreadable = {"activities"}
    outcome = sync(crm, lake)
    assert outcome.state == "good"
    deals_, activities = outcome.streams
    assert deals_.covered
    assert not activities.covered
    assert activities.notes == ["the token lacks the right to read activities"]
    crm.unreadable = set()
    crm.asked.clear()
    assert sync(crm, lake).streams[1].covered
    assert crm.asked[1] == ("activities", {}, None)  # never read before: everything


def test_a_missing_right_to_what_is_essential_fails_the_pass(crm, lake):
    crm.unreadable = {"deals"}
    outcome = sync(crm, lake)
    assert outcome.state == "stale"
    assert "deals" in outcome.error


def test_time_runs_out_between_pages_and_the_next_night_goes_on(crm, lake):
    clock = FakeClock()

    def slow(_stream, _page):
        clock.forward(minutes=10)

    crm.fail = slow
    outcome = sync(crm, lake, clock, max_minutes=25)
    assert outcome.state == "backfilling"
    assert "25 minutes" in outcome.error
    kept = len(plain_state(lake, "fake/deals"))
    assert 10 <= kept < 55
    crm.fail = None
    assert sync(crm, lake, clock).state == "good"
    assert plain_state(lake, "fake/deals") == truth(crm, "deals")


def test_a_connector_that_hangs_is_left_at_the_time_limit(crm, lake):
    released = threading.Event()

    def hang(_stream, page):
        if page == 2:
            released.wait(30)

    crm.fail = hang
    began = time.monotonic()
    outcome = sync_connection(crm, lake, max_minutes=0.4 / 60)
    released.set()
    assert time.monotonic() - began < 10
    assert outcome.state == "backfilling"
    assert len(plain_state(lake, "fake/deals")) == 20


def test_a_cursor_that_leads_in_a_circle_is_refused(crm, lake):
    from connectors.contract import Page, Record

    def circle(stream, *, position, synced_to):
        for n in range(100):
            yield Page([Record(str(n), "{}")], {"after": n % 5})

    crm.pages = circle
    outcome = sync(crm, lake)
    assert outcome.state == "stale"
    assert "page 6 leads back" in outcome.error
    del crm.pages
    crm.objects["deals"] |= {str(n): Item({}) for n in range(5)}  # what those pages said is true
    assert sync(crm, lake).state == "good"
    assert crm.asked[0][1] == {}


def test_pages_without_end_are_refused(crm, lake):
    outcome = sync(crm, lake, limits=Limits(max_pages=3))
    assert "no end after 3 pages" in outcome.error


def test_pages_that_just_stop_are_a_broken_answer(crm, lake):
    crm.pages = lambda *_args, **_kwargs: iter(())
    assert "ended without a last one" in sync(crm, lake).error


def test_a_defect_in_a_connector_is_told_in_plain_words(crm, lake):
    def defect(_stream, _page):
        raise KeyError("properties")

    crm.fail = defect
    outcome = sync(crm, lake)
    assert outcome.state == "stale"
    assert "unexpected KeyError" in outcome.error
    assert "report" in outcome.error


def test_several_connections_share_tables_in_threads(lake):
    crms = [FakeCrm({"deals": deals(60 + n), "activities": {}}, connection=f"c{n}", page_size=7) for n in range(8)]
    outcomes = {}

    def run(crm):
        outcomes[crm.connection] = sync_connection(crm, lake, limits=SMALL)

    threads = [threading.Thread(target=run, args=(crm,)) for crm in crms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {outcome.state for outcome in outcomes.values()} == {"good"}, [o.error for o in outcomes.values()]
    for crm in crms:
        assert plain_state(lake, "fake/deals", crm.connection) == truth(crm, "deals")
    assert len(lake.sync_rows()) == 8


def test_ten_quiet_seconds_end_a_batch(crm, lake):
    clock = FakeClock()
    crm.fail = lambda _stream, _page: clock.forward(seconds=6)
    batches = []
    sync(crm, lake, clock, limits=Limits(), on_batch=lambda stream, rows: batches.append((stream, rows)))
    assert len([b for b in batches if b[0] == "deals"]) >= 2
    assert sum(rows for stream, rows in batches if stream == "deals") == 55


def test_after_a_pass_from_the_future_everything_is_read(crm, lake):
    clock = FakeClock()
    clock.forward(days=400)  # somebody's clock, or --as-of
    assert sync(crm, lake, clock).state == "good"
    clock.now -= timedelta(days=399)
    crm.asked.clear()
    assert sync(crm, lake, clock).state == "good"
    assert crm.asked[0] == ("deals", {}, None)


def test_increments_begin_at_the_last_good_pass_even_if_a_later_one_failed(crm, lake):
    clock = FakeClock()
    good = sync(crm, lake, clock)
    clock.forward(days=1)
    crm.counts["deals"] = 1  # the CRM contradicts itself: read, compared, refused
    assert sync(crm, lake, clock).state == "stale"
    clock.now += timedelta(days=1)
    del crm.counts["deals"]
    crm.asked.clear()
    assert sync(crm, lake, clock).state == "good"
    assert crm.asked[0] == ("deals", {}, good.started_at)
