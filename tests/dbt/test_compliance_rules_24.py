"""Rows of the table of ambiguous cases that the golden deals leave out, and what is asked of whom: deals by hand.

One process with a step for each question, and one deal for each answer; golden deals are in test_compliance_golden.
"""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.ambiguous_deals import JUDGED, PROCESS, STAGES, Deals, waiver, write_deals
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("rules")
    path = Path(folder) / "process.yml"
    path.write_text(PROCESS)
    process = load_process(path)
    deals = Deals()
    write_deals(deals)
    world = World(folder, as_of=JUDGED, won_at_birth_seconds=process.defaults.won_at_birth)
    for table, frame in process_tables(process, ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "files", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in SOURCES])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": pipeline, "stage_id": key, "stage_key": key}
                                  for pipeline in "pq" for key in STAGES])  # fmt: skip
    world.reference("waivers", [
        waiver("w1", "excused", 1), waiver("w2", "excused_late", 20), waiver("w3", "excused_too_late", 1, 5),
        waiver("w4", "excused_open", 1), waiver("w5", "gone", 1),
    ])  # fmt: skip
    for table, rows in deals.tables.items():
        world.canonical(table, rows)
    world.canonical("int_fx_rates", [
        {"currency": "USD", "rate_to_home": 0.5, "valid_from": at("2000-01-01").date()}
    ])  # fmt: skip
    return world.build()


STATES: dict[str, dict[str, str]] = {
    # evidence of which only the day is known counts from that day's beginning
    "that_day": {"met": "done"},
    "day_after": {"met": "late"},
    # start or completion, by the step; a record without a start has but one moment
    "across": {"rang": "done", "spoke": "late"},
    "unstarted": {"rang": "late", "spoke": "late"},
    # inside its stage
    "before_it": {"shown": "missing"},
    "again_inside": {"shown": "done"},
    "cut": {"shown": "unknown"},
    "cut_and_nothing": {"shown": "missing"},
    # asked for under a condition, as things were when leaving the stage
    "grew": {"reviewed": "not_applicable"},
    "shrank": {"reviewed": "missing"},
    "small": {"reviewed": "not_applicable"},
    "big_at_once": {"reviewed": "missing"},
    "cleared": {"reviewed": "not_applicable"},
    "seen_twice": {"reviewed": "unknown"},
    "seen_once": {"reviewed": "missing"},
    "in_dollars": {"reviewed": "not_applicable"},
    "in_marks": {"reviewed": "unknown"},
    "still_small": {"reviewed": "not_applicable", "met": "done"},
    "abroad": {"checked": "missing"},
    "reviewed": {"reviewed": "done", "checked": "not_applicable"},
    # lifted
    "excused": {"met": "waived", "rang": "done"},
    "excused_late": {"met": "waived"},
    "excused_too_late": {"met": "missing"},
    "excused_open": {"met": "waived"},
    # times that do not fit
    "older": {"met": "done"},
    "ahead": {"met": "done"},
    "planned": {"met": "missing"},
    "told_later": {"met": "missing"},
    "bare": {"met": "pending"},
    "busy": {"met": "done"},
    # taken back after the stage was left, or before
    "deleted_later": {"met": "done"},
    "deleted_before": {"met": "missing"},
    "deleted_and_done": {"met": "done"},
    # an optional stage
    "by_the_way": {"piloted": "missing"},
    "sold": {"piloted": "not_applicable", "priced": "missing"},
    # leaving a stage asks for what was done before, whatever became of it
    "emptied": {"priced": "done", "named": "done"},
    "never_priced": {"priced": "missing", "named": "missing"},
    # a version for some deals only
    "large": {"met": "missing"},
    "was_large": {"met": "not_applicable"},
}


def states(built: Warehouse, deal: str) -> dict[str, str]:
    rows = built.query("select step_key, state from warehouse.marts.fct_step_results where deal_id = ?", deal)
    return {row["step_key"]: row["state"] for row in rows}


@pytest.mark.parametrize("deal", STATES)
def test_the_state_of_each_step_follows_the_rule(built: Warehouse, deal: str) -> None:
    found = states(built, deal)
    assert {step: found[step] for step in STATES[deal]} == STATES[deal]


def test_deals_that_nobody_sold_here_are_unjudged_and_counted(built: Warehouse) -> None:
    """Merged away, imported, or won at once: they owe nothing, and are told with their reason."""
    rows = built.query(
        "select unjudged_reason, count(*) as deals, sum(due) as due, sum(findings) as findings"
        " from warehouse.marts.fct_deal_compliance where not is_judged group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("imported", 1, 0, 0), ("merged", 1, 0, 0), ("won_at_birth", 1, 0, 0),
    ]  # fmt: skip
    (sold,) = built.query("select is_judged, due from warehouse.marts.fct_deal_compliance where deal_id = 'sold'")
    assert sold["is_judged"]
    assert sold["due"] > 0


def test_reasons_are_plain_words(built: Warehouse) -> None:
    reasons = {
        (row["deal_id"], row["step_key"]): row["reason"]
        for row in built.query("select deal_id, step_key, reason from warehouse.marts.fct_step_results")
    }
    assert reasons["grew", "reviewed"] == "the process does not ask for it with this amount"
    assert reasons["sold", "piloted"] == "the deal went past the stage, which is optional"
    assert reasons["seen_twice", "reviewed"] == (
        "whether it is asked of this deal depends on its amount, and what that was then is not known"
    )
    assert reasons["cut", "shown"] == "it is recorded, but whether while the deal was in the stage is not known"


def test_a_waiver_lifts_the_duty_and_keeps_the_finding(built: Warehouse) -> None:
    sql = "select kind, is_waived, is_alert from warehouse.marts.fct_findings where deal_id = ? and step_key = 'met'"
    assert built.query(sql, "excused") == [{"kind": "step_missing", "is_waived": True, "is_alert": False}]
    assert built.query(sql, "excused_too_late") == [{"kind": "step_missing", "is_waived": False, "is_alert": True}]
    (deal,) = built.query("select * from warehouse.marts.fct_deal_compliance where deal_id = 'excused'")
    assert (deal["due"], deal["ok"], deal["waived_steps"], float(deal["rate_low"])) == (1, 1, 1, 1.0)
    assert (deal["due_without_waivers"], deal["ok_without_waivers"]) == (2, 1)
    assert float(deal["rate_high_without_waivers"]) == 0.5
    (step,) = built.query(
        "select * from warehouse.marts.fct_step_results where deal_id = 'excused' and step_key = 'met'"
    )
    assert (step["state_without_waiver"], step["waiver_id"]) == ("missing", "w1")


def test_evidence_older_than_its_deal_is_early(built: Warehouse) -> None:
    early = built.values("select step_key from warehouse.marts.fct_step_results where deal_id = 'older' and is_early")
    assert early == ["met"]


def test_a_deal_without_history_or_evidence_owes_nothing_yet(built: Warehouse) -> None:
    (deal,) = built.query("select * from warehouse.marts.fct_deal_compliance where deal_id = 'bare'")
    assert (deal["status"], deal["due"], deal["rate_low"], deal["findings"]) == ("open", 0, None, 0)
