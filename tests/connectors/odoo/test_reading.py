"""Everything arrives: first syncs, increments, floods, late rows, short pages, merges, restarts at any page."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from connectors.contract import BadAnswer, MissingScopeError
from connectors.lake import Lake
from connectors.sync import sync_connection
from tests.connectors.odoo.fake_odoo import START, FakeOdoo, connect, read_all, stream

HOUR = timedelta(hours=1)
BOTH = pytest.mark.parametrize("version", ["17.0", "19.0"])


def small(pages: int = 3, **more):
    return {"options": {"page_size": pages, "requests_per_10_seconds": 10_000, **more}}


def payloads(records):
    return [orjson.loads(record.payload) for record in records]


@BOTH
def test_the_first_sync_reads_all_deals_the_lost_ones_too(version):
    fake = FakeOdoo(version)
    for _ in range(7):
        fake.lead()
    fake.lose(3)
    fake.lead(type="lead")
    connector = connect(fake, **small())
    records = read_all(connector, "leads")
    assert [r.id for r in records] == ["1", "2", "3", "4", "5", "6", "7"]
    assert records[0].modified_at == START
    lost = orjson.loads(records[2].payload)
    assert (lost["active"], lost["lost_reason_id"]) == (False, [7, "Price"])
    assert connector.count(stream(connector, "leads")) == 7
    assert list(connector.sweep(stream(connector, "leads"))) == ["1", "2", "3", "4", "5", "6", "7"]
    assert fake.calls["crm.lead.search_read"] == 4  # 3, 3, 1, and the empty page that ends the walk


@BOTH
def test_a_tracked_change_carries_its_time_its_deal_its_author_and_the_fields_own_name(version):
    fake = FakeOdoo(version)
    lead = fake.lead()
    fake.forward(hours=1)
    fake.move(lead, 2)
    [change] = payloads(read_all(connect(fake), "tracking_values"))
    assert (change["field_name"], change["old_value_integer"], change["new_value_integer"]) == ("stage_id", 1, 2)
    assert change["message"]["res_id"] == lead
    assert change["message"]["date"] == "2026-03-01 01:00:00"
    assert change["message"]["author_id"] == [3, "Anna"]


def test_what_was_written_later_in_the_second_of_the_last_row_is_read():
    fake = FakeOdoo()
    fake.lead()
    connector = connect(fake, **small(overlap_minutes=0))
    fake.lead()  # in the same second, after we read
    assert {r.id for r in read_all(connector, "leads", START + timedelta(milliseconds=900))} == {"1", "2"}
    asked = [a["domain"] for a in fake.asked if a["method"] == "search_read"][-1]
    assert ["write_date", ">=", "2026-03-01 00:00:00"] in asked


def test_a_row_that_shows_an_hour_after_its_stamp_is_read_within_the_overlap_and_by_the_count_beyond_it(tmp_path):
    fake, lake, now = FakeOdoo(), Lake(tmp_path), START + 24 * HOUR
    fake.lead()
    clock = lambda: now  # noqa: E731
    assert sync_connection(connect(fake), lake, clock=clock).state == "good"
    fake.now = now - HOUR / 2
    fake.lead()  # a transaction that began before the sync and ended after it
    fake.now = now - 5 * HOUR
    fake.lead()  # and one that no overlap reaches
    now += 24 * HOUR
    outcome = sync_connection(connect(fake), lake, clock=clock)
    assert (outcome.state, outcome.error) == ("good", None)
    assert lake.live_count("odoo/leads", "emea") == 3
    assert any("1 read again" in note for note in outcome.streams[0].notes)


def test_a_flood_in_one_second_arrives_once():
    fake = FakeOdoo()
    for _ in range(2500):
        fake.lead()
    connector = connect(fake, **small(400))
    ids = [int(r.id) for r in read_all(connector, "leads", START + HOUR)]
    assert ids == list(range(1, 2501))


def test_a_short_page_is_not_the_last_one():
    fake = FakeOdoo()
    lead = fake.lead()
    for _ in range(30):
        fake.message(lead)
    fake.hidden_messages = {2, 3, 5, 11, 12, 13, 14, 20}  # some pages come short, none is empty before the end
    connector = connect(fake, **small(5))
    assert {int(r.id) for r in read_all(connector, "messages")} == set(range(1, 32)) - fake.hidden_messages


@pytest.mark.parametrize("name", ["leads", "tracking_values"])
@pytest.mark.parametrize("synced_to", [None, START + HOUR])
def test_from_any_page_on_the_rest_follows(name, synced_to):
    fake = FakeOdoo()
    for _ in range(9):
        fake.lead()
    for lead in range(1, 10):
        fake.move(lead, 2)
    fake.forward(hours=3)
    fake.merge(8, 9)
    connector = connect(fake, **small(2))
    pages = list(connector.pages(stream(connector, name), position={}, synced_to=synced_to))
    for at in range(len(pages) - 1):
        rest = list(connector.pages(stream(connector, name), position=pages[at].position, synced_to=synced_to))
        assert [p.records for p in rest] == [p.records for p in pages[at + 1 :]]


def test_an_increment_reads_the_changes_again_whose_messages_a_merge_moved():
    fake = FakeOdoo()
    loser, winner = fake.lead(), fake.lead()
    fake.move(loser, 2)
    fake.move(winner, 3)
    fake.forward(days=3)
    synced_to = fake.now
    fake.forward(hours=5)
    fake.merge(loser, winner)
    connector = connect(fake)
    [moved] = payloads(read_all(connector, "tracking_values", synced_to))
    assert moved["message"]["res_id"] == winner
    assert moved["message"]["write_date"] > moved["message"]["create_date"]
    assert {r.id for r in read_all(connector, "messages", synced_to)} == {"1", "3", "5"}


def test_deleted_and_merged_deals_are_found_by_their_ids_and_their_history_stays(tmp_path):
    fake, lake, now = FakeOdoo(), Lake(tmp_path), START + 24 * HOUR
    for _ in range(30):
        fake.lead()
    fake.move(5, 2)
    clock = lambda: now  # noqa: E731
    assert sync_connection(connect(fake), lake, clock=clock).state == "good"
    fake.now = now + HOUR
    fake.delete(5)
    fake.merge(6, 7)
    now += 24 * HOUR
    outcome = sync_connection(connect(fake), lake, clock=clock)
    assert (outcome.state, outcome.error) == ("good", None)
    assert lake.live_count("odoo/leads", "emea") == 28
    assert [(s.stream, s.ours, s.theirs) for s in outcome.streams if s.ours != s.theirs] == []


def test_a_quiet_night_sends_a_handful_of_questions(tmp_path):
    fake, lake = FakeOdoo(), Lake(tmp_path)
    for _ in range(3000):
        fake.lead()
    now = START + 24 * HOUR
    clock = lambda: now  # noqa: E731
    assert sync_connection(connect(fake), lake, clock=clock).state == "good"
    now += 24 * HOUR
    before = sum(fake.calls.values())
    assert sync_connection(connect(fake), lake, clock=clock).state == "good"
    assert sum(fake.calls.values()) - before <= 45


@BOTH
def test_a_salesperson_gets_everything_but_history_and_is_told_what_is_missing(version, tmp_path):
    fake, lake = FakeOdoo(version), Lake(tmp_path)
    fake.administrator = False
    fake.move(fake.lead(), 2)
    outcome = sync_connection(connect(fake), lake, clock=lambda: START + HOUR)
    assert outcome.state == "good"
    [tracking] = [s for s in outcome.streams if s.stream == "tracking_values"]
    assert not tracking.covered
    assert "history needs an administrator" in tracking.notes[0]
    assert [s.stream for s in outcome.streams if not s.covered] == ["tracking_values"]


@BOTH
def test_without_the_sales_app_offers_are_not_covered(version, tmp_path):
    fake = FakeOdoo(version)
    fake.missing_models = {"sale.order"}
    connector = connect(fake)
    with pytest.raises(MissingScopeError, match="not installed"):
        read_all(connector, "orders")
    assert sync_connection(connect(fake), Lake(tmp_path), clock=lambda: START).state == "good"


def test_a_field_that_odoo_lacks_is_left_out_with_a_remark():
    fake = FakeOdoo()
    fake.missing_fields = {"crm.lead": {"date_deadline", "won_status"}}
    fake.unlisted_fields = {"won_status", "lost_reason"}  # listed, and refused all the same when it is read
    fake.lead()
    connector = connect(fake, read_fields=["x_budget"])
    [deal] = payloads(read_all(connector, "leads"))
    assert not {"date_deadline", "won_status", "x_budget", "lost_reason"} & set(deal)
    notes = connector.notes(stream(connector, "leads"))
    assert [next(w for w in ("date_deadline", "x_budget") if w in note) for note in notes] == [
        "date_deadline",
        "x_budget",
    ]
    leads = stream(connector, "leads")
    assert connector.absent_fields(leads) == ["date_deadline", "x_budget"], "the lost reason has its younger name here"
    fake.missing_fields, fake.unlisted_fields = {"crm.lead": {"lost_reason_id", "lost_reason"}}, set()
    assert connect(fake).absent_fields(leads) == ["lost_reason_id"]


def test_rows_that_do_not_rise_end_in_an_error():
    fake = FakeOdoo()
    fake.lead()
    connector = connect(fake)
    fake.passes = None
    answer = fake.answer
    fake.answer = lambda m, method, named: (
        [{"id": 5}, {"id": 5}] if method == "search_read" else answer(m, method, named)
    )
    with pytest.raises(BadAnswer, match=r"crm\.lead\.search_read did not sort by id"):
        read_all(connector, "leads")


def test_the_history_check_compares_the_last_tracked_stage(tmp_path):
    import duckdb

    fake = FakeOdoo()
    for _ in range(4):
        fake.lead()
    for stage in (2, 3, 2):
        fake.move(1, stage)  # all in one second: the id tells the order
    fake.move(2, 4)
    fake.write(2, stage_id=[3, "Proposition"])  # as if a change had been lost
    fake.move(3, 2)
    fake.forward(days=1)
    fake.merge(3, 4)
    connector = connect(fake)
    check = connector.history_check()
    with duckdb.connect() as db:
        for view, name in (("deals", "leads"), ("history", "tracking_values")):
            rows = [(r.id, r.payload) for r in read_all(connector, name)]
            db.execute(f"create table {view} (id text, payload text)")
            db.executemany(f"insert into {view} values (?, ?)", rows)
        present = dict(db.execute(check.present).fetchall())
        history = dict(db.execute(check.history).fetchall())
    assert history == {"1": "2", "2": "4"}
    assert {i for i in history if present[i] != history[i]} == {"2"}
    again = [record for page in connector.read_history(["2"]) for record in page.records]
    assert [orjson.loads(r.payload)["new_value_integer"] for r in again] == [4]


def test_the_plan_counts_and_the_pipelines_are_those_of_staging():
    fake = FakeOdoo()
    for _ in range(10):
        fake.move(fake.lead(), 2)
    fake.put("crm.stage", 9, name="Security review", sequence=3, is_won=False, team_id=[5, "Europe"])
    fake.missing_models = {"sale.order"}
    connector = connect(fake, **small(4))
    plan = {p.stream: p for p in connector.plan()}
    assert (plan["leads"].records, plan["leads"].calls) == (10, 5)
    assert (plan["tracking_values"].records, plan["tracking_values"].calls) == (10, 8)
    assert plan["orders"].records is None
    assert "not installed" in plan["orders"].remark
    pipelines = connector.pipelines()
    assert [(p.id, p.name, [s.id for s in p.stages]) for p in pipelines] == [
        ("default", "All sales teams", ["1", "2", "3", "4"]),
        ("5", "Europe", ["9"]),
    ]
    assert [(s.is_won, s.probability) for s in pipelines[0].stages[-2:]] == [(False, None), (True, None)]
