"""A real log of selling (the shared material's), judged by our models and by the oracle made independently of them.

The log's completed events are stage changes and activities at once, as an export of any other system would bring them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from tests.dbt.compliance_tables import SOURCES, World
from tests.dbt.event_log import log_events
from tests.dbt.harness import Warehouse
from tests.shared import shared_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LOST, WON = 90, 99


def stage_key(number: int) -> str:
    return {LOST: "lost", WON: "won"}.get(number, f"stage_{number}")


def completed_events(path: Path) -> pd.DataFrame:
    """case_id, created_at, name and at (naive UTC) of the COMPLETE events, in the file's order."""
    events = log_events(path)
    return events[events["life"] == "COMPLETE"].drop(columns=["life", "who"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return completed_events(shared_folder("data", "bpi2012", "BPI_Challenge_2012.xes.gz"))


@pytest.fixture(scope="module")
def process() -> dict[str, Any]:
    return json.loads(shared_folder("oracles", "bpi2012", "process.json").read_text(encoding="utf-8"))


def world_of(folder: Path, events: pd.DataFrame, process: dict[str, Any], grace: int) -> World:
    last = events["at"].max()
    world = World(folder, as_of=last, flicker_seconds=0)
    stages = {name: stage_key(number) for name, number in process["stage_map"]}
    own = {"connection": "bank", "crm": "files"}
    world.reference("connections", [{**own, "state": "good", "judged_at": last}])
    world.reference("coverage", [{"connection": "bank", "object": kind} for kind in SOURCES])
    world.reference("stage_map", [{"connection": "bank", "pipeline_id": "p", "stage_id": name, "stage_key": key}
                                  for name, key in stages.items()])  # fmt: skip
    world.reference("process_versions", [{"version": 1}])
    world.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    world.reference("process_stages", [
        {"version": 1, "stage_key": stage_key(order), "stage_name": name, "stage_order": order,
         "probability": order / 10, "max_days": float(days), "is_optional": False}
        for order, name, days in process["stages"]
    ])  # fmt: skip
    steps, terms, values = [], [], []
    for key, order, mandatory, after, event in process["steps"]:
        named = {"version": 1, "step_key": key}
        steps.append({**named, "step_name": key, "stage_key": stage_key(order), "stage_order": order,
                      "is_mandatory": mandatory, "severity": "medium", "grace_seconds": grace,
                      "backfill_policy": "flag", "after_step_key": after})  # fmt: skip
        terms.append({**named, "alternative": 1, "term": 1, "kind": "activity", "min_count": 1, "distinct_days": 1,
                      "needs_contact": False})  # fmt: skip
        values.append({**named, "alternative": 1, "term": 1, "variant": 1, "role": "kind", "value": event.lower()})
    for table, rows in (("process_steps", steps), ("step_terms", terms), ("step_term_values", values)):
        world.reference(table, rows)

    frame = events.assign(connection="bank", deal_key="bank:" + events["case_id"], precision="exact")
    frame["event_id"] = frame.index.map("{:09}".format)
    deals = frame.drop_duplicates("case_id")[["connection", "deal_key", "case_id", "created_at"]]
    deals = deals.rename(columns={"case_id": "deal_id"})
    world.canonical(
        "int_deals", deals.assign(crm="files", pipeline_id="p", deal_type="new", is_judged=True, is_deleted=False)
    )
    moved = frame[frame["name"].isin(stages)]
    changes = moved.assign(stage_key=moved["name"].map(stages), source="history")
    changes = changes.rename(columns={"event_id": "change_id", "name": "stage_id", "at": "entered_at"})
    world.canonical("int_stage_changes", changes.drop(columns=["case_id", "created_at"]))
    done = frame.rename(columns={"event_id": "activity_id", "name": "kind", "at": "occurred_at"})
    world.canonical("int_activities", done.drop(columns=["case_id", "created_at"]))
    return world


def compare(built: Warehouse, sql: str, **names: Any) -> list[dict[str, Any]]:
    """Rows of a query in which oracle files are named by {folder}."""
    return built.query(sql.format(folder=shared_folder("oracles", "bpi2012"), **names))


@pytest.fixture(scope="module")
def at_60(events: pd.DataFrame, process: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world_of(tmp_path_factory.mktemp("grace60"), events, process, 60).build()


@pytest.fixture(scope="module")
def at_0(events: pd.DataFrame, process: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world_of(tmp_path_factory.mktemp("grace0"), events, process, 0).build()


# The oracle's words for ours: an optional step that is not recorded is `missing` and never due; it has no `pending`.
STEP_DIFFERENCES = """
with oracle as (
    select case_id, step, mandatory, verdict, (t_gate at time zone 'UTC') as gate, (t_done at time zone 'UTC') as done
    from '{folder}/step_verdict_grace{grace}.parquet')
select o.verdict, r.state, o.mandatory, count(*) as n, min(o.case_id) as example
from oracle as o full join warehouse.marts.fct_step_results as r on o.case_id = r.deal_id and o.step = r.step_key
where case o.verdict when 'late_in_grace' then 'done_in_grace' when 'skipped_optional' then 'missing' else o.verdict end
    is distinct from case when r.state = 'pending' and r.gate_at is null then 'not_due' else r.state end
    or date_trunc('millisecond', o.gate) is distinct from date_trunc('millisecond', r.gate_at)
    or date_trunc('millisecond', o.done) is distinct from date_trunc('millisecond', r.done_at)
group by 1, 2, 3"""


@pytest.mark.parametrize("grace", [0, 60])
def test_every_step_verdict_equals_the_oracle(grace: int, request: pytest.FixtureRequest) -> None:
    built = request.getfixturevalue(f"at_{grace}")
    assert built.values("select count(*) from warehouse.marts.fct_step_results") == [104_696]
    assert compare(built, STEP_DIFFERENCES, grace=grace) == []


@pytest.mark.parametrize("grace", [0, 60])
def test_every_deal_equals_the_oracle(grace: int, request: pytest.FixtureRequest) -> None:
    built = request.getfixturevalue(f"at_{grace}")
    wrong = compare(built, """
        select o.*, d.status as our_status, d.due as our_due, d.ok as our_ok
        from '{folder}/deal_grace{grace}.parquet' as o
        full join warehouse.marts.fct_deal_compliance as d on o.case_id = d.deal_id
        where o.status is distinct from d.status or o.due is distinct from d.due or o.ok is distinct from d.ok
            or (d.due = 0) is distinct from (d.rate_low is null)""", grace=grace)  # fmt: skip
    assert wrong == []


def test_the_late_steps_are_the_systems_seconds(at_0: Warehouse, at_60: Warehouse) -> None:
    late = "select count(*) from warehouse.marts.fct_step_results where is_due and state = 'late'"
    assert (at_0.values(late), at_60.values(late)) == ([3_513], [2])


def test_sensitivity_tells_of_the_systems_seconds_without_judging_again(at_0: Warehouse, at_60: Warehouse) -> None:
    """Each build shows what the other one found, and at its own grace what it found itself."""
    tried = """select grace_seconds, sum(due) as due, sum(ok) as ok, sum(late) as late, sum(changed) as changed
        from warehouse.marts.rpt_sensitivity where backfill_policy = 'flag' and clock = 'completion'
        group by 1 order by 1"""
    found = at_0.query(tried)
    assert [(row["grace_seconds"], row["late"], row["changed"]) for row in found[:2]] == [(0, 3_513, 0), (60, 2, 3_511)]
    assert [(row["due"], row["ok"], row["late"]) for row in found] == [
        (row["due"], row["ok"], row["late"]) for row in at_60.query(tried)
    ]
    kept = "select sum(due) as due, sum(ok) as ok from warehouse.marts.fct_deal_compliance"
    assert [{name: row[name] for name in ("due", "ok")} for row in found[:2]] == [*at_0.query(kept), *at_60.query(kept)]


def test_deals_that_owe_something_and_the_share_that_kept_it_all(at_60: Warehouse) -> None:
    """Lost deals owe what they left before; the others owe nothing and have no rate."""
    (deals,) = at_60.query("""select sum(cast(due > 0 as int)) as owing,
        sum(cast(due > 0 and ok = due as int)) as clean,
        sum(cast(rate_low is null as int)) as without_rate from warehouse.marts.fct_deal_compliance""")  # fmt: skip
    assert deals == {"owing": 7_367, "clean": 7_365, "without_rate": 5_720}
    assert round(100 * deals["clean"] / deals["owing"], 2) == 99.97


def test_adherence_adds_up_however_it_is_cut(at_60: Warehouse) -> None:
    (kept,) = at_60.query("select sum(due) as due, sum(ok) as ok from warehouse.marts.fct_deal_compliance")
    rows = at_60.query("""select cut, period, sum(due) as due, sum(ok) as ok, sum(late) as late
        from warehouse.marts.rpt_adherence group by 1, 2 order by 1, 2""")  # fmt: skip
    assert {(row["cut"], row["period"]) for row in rows} == {
        (cut, period)
        for cut in ("company", "segment", "stage", "step", "team", "version")
        for period in ("month", "whole")
    }  # who moved a deal is not in the log, so nobody has a rate of their own
    assert all((row["due"], row["ok"], row["late"]) == (kept["due"], kept["ok"], 2) for row in rows)


def test_moves_equal_the_oracle(at_60: Warehouse) -> None:
    ours = at_60.query("select kind, count(*) as n from warehouse.marts.fct_findings where kind in "
                       "('stage_skipped', 'born_late', 'moved_backward', 'reopened') group by kind")  # fmt: skip
    assert ours == [{"kind": "moved_backward", "n": 368}]
    assert compare(at_60, """
        select * from '{folder}/moves.parquet' as o
        full join (select * from warehouse.marts.fct_findings where kind = 'moved_backward') as f
            on o.case_id = f.deal_id
            and date_trunc('millisecond', o.ts at time zone 'UTC') = date_trunc('millisecond', f.since)
        where o.case_id is null or f.deal_id is null""") == []  # fmt: skip


def test_time_in_stage_equals_the_oracle(at_60: Warehouse) -> None:
    assert compare(at_60, """
        with ours as (
            select deal_id, stage_key, sum(days) as days, max(is_open) as is_open
            from warehouse.marts.fct_stage_visits where stage_key not in ('won', 'lost') group by 1, 2),
        over_time as (select deal_id, stage_key from warehouse.marts.fct_findings where kind = 'over_time')
        select o.case_id, o.stage, o.days, v.days as our_days
        from '{folder}/dwell.parquet' as o
        full join ours as v on o.case_id = v.deal_id and 'stage_' || o.stage = v.stage_key
        left join over_time as t on v.deal_id = t.deal_id and v.stage_key = t.stage_key
        where not coalesce(abs(o.days - v.days) <= 1e-6, false) or o.still_there is distinct from v.is_open
            or o.over_sla is distinct from (t.deal_id is not null)""") == []  # fmt: skip


def test_stage_visits_equal_the_logs_own_events(
    at_60: Warehouse, events: pd.DataFrame, process: dict[str, Any]
) -> None:
    """First entries per stage, counted from the file with nothing but a set."""
    stages = {name: stage_key(number) for name, number in process["stage_map"]}
    entered = {
        (case, stages[name]) for case, name in zip(events["case_id"], events["name"], strict=True) if name in stages
    }
    expected = pd.Series([stage for _, stage in entered]).value_counts().to_dict()
    counted = at_60.query(
        "select stage_key, count(distinct deal_id) as n from warehouse.marts.fct_stage_visits group by 1"
    )
    assert {row["stage_key"]: row["n"] for row in counted} == expected
    with duckdb.connect() as db:  # nothing overlaps and nothing is left out between two visits
        db.execute(f"attach '{at_60.folder / 'warehouse.duckdb'}' as w (read_only)")
        gaps = db.sql("""select count(*) from (select left_at, lead(entered_at) over (partition by deal_key
            order by visit_no) as next_at from w.marts.fct_stage_visits) where left_at is distinct from next_at""")
        assert gaps.fetchall() == [(0,)]


PAYOFF = """select stage_key, deals_kept, deals_not_kept, round(100 * win_rate_kept, 1) as kept,
    round(100 * win_rate_not_kept, 1) as not_kept, round(100 * win_difference_low, 1) as low,
    round(100 * win_difference_high, 1) as high, verdict
from warehouse.marts.rpt_compliance_payoff where comparison = 'all' order by stage_order"""


def test_the_payoff_is_told_at_the_gate_and_not_of_whole_deals(at_0: Warehouse, at_60: Warehouse) -> None:
    """Whole deals would say 71.1 % against 0.0 %, or 6.6 % against 58.4 %; a gate says what it can, or refuses."""
    told = {row.pop("stage_key"): row for row in at_0.query(PAYOFF)}
    assert told["stage_2"] == {
        "deals_kept": 2478, "deals_not_kept": 2210, "kept": 44.8, "not_kept": 51.4, "low": -9.5, "high": -3.8,
        "verdict": "associated",
    }  # fmt: skip
    assert "stage_4" not in told  # it is left by winning
    with_grace = at_60.query(PAYOFF)
    assert {row["verdict"] for row in with_grace} == {"too few"}
    assert {value for row in with_grace for value in (row["kept"], row["not_kept"], row["low"])} == {None}
    assert max(row["deals_not_kept"] for row in with_grace) <= 1
    printed = [row[name] for row in [*told.values(), *with_grace] for name in ("kept", "not_kept")]
    assert not {71.1, 0.0, 6.6, 58.4} & set(printed)
