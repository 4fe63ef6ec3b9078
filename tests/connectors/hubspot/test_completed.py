"""What a pass must not lose or overspend: floods, edges, late rows; and what the connector tells beside records."""

from __future__ import annotations

import math
from datetime import timedelta

import duckdb
import orjson
import pytest

from connectors.lake import Lake
from connectors.sandbox import DEFAULT_NOW, Knobs, Merge, MoveStage, Organisation, start_sandbox
from connectors.sync import sync_connection
from tests.connectors.http_fakes import Hands
from tests.connectors.hubspot.fake_hubspot import (
    START,
    TOKEN,
    FakeHubSpot,
    connect,
    read_all,
)
from tests.connectors.hubspot.over_sandbox import HOUR, SMALL, deals_only, reading

# -- floods, edges, late rows ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_25000_deals_changed_in_one_millisecond_all_arrive(tmp_path):
    hands, lake = Hands(), Lake(tmp_path)
    organisation = Organisation(seed=2, deals=25_000)
    with start_sandbox({TOKEN: organisation}, clock=lambda: hands.now, keep=25_000) as sandbox:
        for hours in (0, 3):
            if hours:
                sandbox.touch_everything(TOKEN)
            connector = deals_only(reading(sandbox, hands, open_deals_reread=0))
            outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + hours * HOUR)  # noqa: B023
            connector.close()
            assert outcome.state == "good", outcome.error
        live = {truth.deal_id for truth in organisation.truth() if truth.whereabouts == "live"}
        rows = dict(lake.payloads("hubspot/deals", "emea"))
        stamps = {orjson.loads(rows[deal])["properties"]["hs_lastmodifieddate"] for deal in live}
        assert len(live) > 10_000
        assert len(stamps) == 1
        assert outcome.streams[0].rows_read >= len(live)


def test_a_row_at_the_windows_edge_arrives_once():
    fake = FakeHubSpot()
    fake.deals(3, START - timedelta(hours=2))
    edge = START - HOUR  # an increment begins one hour (overlap_minutes) before the last pass did
    for number, at in ((11, edge - timedelta(milliseconds=1)), (12, edge), (13, edge + timedelta(milliseconds=1))):
        fake.put("deals", number, at, dealstage="s1", hs_is_closed="true")
    connector = connect(fake, options={"searches_per_second": 1000, "open_deals_reread": 0})
    assert [record.id for record in read_all(connector, "deals", synced_to=START)] == ["12", "13"]
    connector.close()


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 20))])
def test_rows_that_appear_long_after_their_stamp_are_not_lost(seed, tmp_path):
    hands, lake = Hands(), Lake(tmp_path)
    organisation = Organisation(seed=seed, deals=25)
    with start_sandbox(
        {TOKEN: organisation}, Knobs(late_every=4, late_seconds=600), clock=lambda: hands.now
    ) as sandbox:
        began = hands.now
        for minutes in (0, 30):
            hands.now = began + minutes * 60
            connector = deals_only(reading(sandbox, hands))
            outcome = sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + timedelta(minutes=minutes))  # noqa: B023
            connector.close()
            assert outcome.state == "good", outcome.error
        live = {truth.deal_id for truth in organisation.truth() if truth.whereabouts == "live"}
        assert lake.known_ids("hubspot/deals", "emea") == live


def test_counts_that_fall_by_half_stop_the_pass(tmp_path):
    fake, lake = FakeHubSpot(), Lake(tmp_path)
    fake.deals(60)
    for hours, state in ((1, "good"), (4, "stale")):
        if state == "stale":
            fake.objects["deals"] = {n: deal for n, deal in fake.objects["deals"].items() if n > 40}
            fake.indexes.clear()
        connector = deals_only(connect(fake))
        outcome = sync_connection(connector, lake, clock=lambda: START + hours * HOUR)  # noqa: B023
        connector.close()
        assert outcome.state == state, outcome.error
    assert "where there were 60" in str(outcome.error)


# -- what an increment costs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [1, 49, 230])
def test_an_increment_asks_for_what_changed_and_no_more(changed):
    fake = FakeHubSpot()
    fake.deals(1000, START - timedelta(days=9))
    fake.deals(changed, START, first=1)
    connector = connect(fake, options={"searches_per_second": 1000, "open_deals_reread": 0})
    fake.calls.clear()
    assert len(read_all(connector, "deals", synced_to=START + HOUR)) == changed
    connector.close()
    assert sum(fake.calls.values()) <= math.ceil(changed / 200) + math.ceil(changed / 50) + 2


def test_histories_are_asked_for_what_the_process_names_only():
    fake = FakeHubSpot()
    fake.deals(1)
    connector = connect(fake, fields={"budget": "budget_confirmed"}, read_fields=["champion"])
    read_all(connector, "deals")
    connector.close()
    asked = next(each for each in fake.asked if "propertiesWithHistory" in each)["propertiesWithHistory"].split(",")
    assert set(asked) == {
        "dealstage",
        "pipeline",
        "amount",
        "closedate",
        "hubspot_owner_id",
        "closed_lost_reason",
        "num_associated_contacts",
        "hs_merged_object_ids",
        "budget_confirmed",
        "champion",
    }


# -- what it tells beside records -----------------------------------------------------------------------------------


def test_the_history_check_finds_the_deal_whose_history_ends_elsewhere_and_no_merged_one(tmp_path):
    hands, lake = Hands(), Lake(tmp_path)
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        ids = sorted(truth.deal_id for truth in SMALL.truth() if truth.whereabouts == "live")
        for hours in (0, 3):
            if hours:
                merged = sandbox.apply(TOKEN, Merge(ids[0], ids[1]))
                sandbox.apply(TOKEN, MoveStage(ids[2], "contractsent"))
            connector = deals_only(reading(sandbox, hands))
            sync_connection(connector, lake, clock=lambda: DEFAULT_NOW + hours * HOUR)  # noqa: B023
            check = connector.history_check()
            connector.close()
    rows = dict(lake.payloads("hubspot/deals", "emea"))
    assert merged in rows
    assert not {ids[0], ids[1]} & rows.keys()
    broken = orjson.loads(rows[ids[3]])
    broken["propertiesWithHistory"]["dealstage"].insert(0, {"value": "elsewhere"})
    rows[ids[3]] = orjson.dumps(broken).decode()
    with duckdb.connect() as db:
        db.execute("create table deals (id text, payload text)")
        db.executemany("insert into deals values (?, ?)", list(rows.items()))
        differing = db.execute(
            f"select deal_id from ({check.present}) p join ({check.history}) h using (deal_id) "
            "where p.stage_id <> h.stage_id"
        ).fetchall()
    assert differing == [(ids[3],)]


def test_the_plan_comes_near_what_the_first_sync_costs(tmp_path):
    hands = Hands()
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        connector = reading(sandbox, hands)
        planned = {plan.stream: plan for plan in connector.plan()}
        before = connector.traffic.requests
        for each in connector.streams():
            list(connector.pages(each, position={}, synced_to=None))
        spent = connector.traffic.requests - before
        connector.close()
    assert planned["deals"].records == sum(truth.whereabouts == "live" for truth in SMALL.truth())
    assert abs(sum(plan.calls for plan in planned.values()) - spent) <= 4


def test_what_may_not_be_read_is_planned_as_such():
    fake = FakeHubSpot()
    fake.deals(3)
    fake.forbidden.add("quotes")
    connector = connect(fake)
    plans = {plan.stream: plan for plan in connector.plan()}
    connector.close()
    assert plans["quotes"].records is None
    assert "crm.objects.quotes.read" in plans["quotes"].remark


def test_pipelines_are_told_in_order_with_what_closes_a_deal():
    hands = Hands()
    with start_sandbox({TOKEN: SMALL}, clock=lambda: hands.now) as sandbox:
        connector = reading(sandbox, hands)
        default = connector.pipelines()[0]
        connector.close()
    assert (default.id, default.name) == ("default", "Sales Pipeline")
    assert [stage.order for stage in default.stages] == list(range(8))
    ends = {stage.id: (stage.probability, stage.is_closed, stage.is_won) for stage in default.stages[-2:]}
    assert ends == {"closedwon": (1.0, True, True), "closedlost": (0.0, True, False)}
