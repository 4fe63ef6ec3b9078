"""Who hears of a finding: by the step's mode, the team that left the stage, and not before judge_from."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.dbt.compliance_tables import SOURCES, World
from tests.dbt.harness import Warehouse

CREATED = datetime.fromisoformat("2024-03-04T09:00:00")
JUDGE_FROM = datetime.fromisoformat("2024-03-01T00:00:00")
STEPS = {"loud": None, "coached": "coach", "watched": "observe", "by_team": "observe"}
DEALS = {"here": (CREATED, "7"), "elsewhere": (CREATED, "8"), "before": (CREATED - timedelta(days=60), "7")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Three open deals that left their first stage with nothing done; one of them before judge_from."""
    world = World(tmp_path_factory.mktemp("modes"), judge_from=JUDGE_FROM)
    own = {"connection": "acme"}
    world.reference("connections", [{**own, "crm": "files", "state": "good", "judged_at": CREATED + timedelta(99)}])
    world.reference("coverage", [{**own, "object": kind} for kind in SOURCES])
    world.reference("process_versions", [{"version": 1}])
    world.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    world.reference("process_stages", [
        {"version": 1, "stage_key": key, "stage_name": key, "stage_order": order, "is_optional": False}
        for order, key in enumerate(("first", "second"), 1)
    ])  # fmt: skip
    world.reference("process_steps", [
        {"version": 1, "step_key": key, "step_name": key, "stage_key": "first", "stage_order": 1, "is_mandatory": True,
         "severity": "medium", "grace_seconds": 60, "backfill_policy": "flag"} for key in STEPS
    ])  # fmt: skip
    world.reference("step_terms", [
        {"version": 1, "step_key": key, "alternative": 1, "term": 1, "kind": "activity", "min_count": 1,
         "distinct_days": 1, "needs_contact": False} for key in STEPS
    ])  # fmt: skip
    modes = [{"version": 1, "step_key": key, "mode": mode} for key, mode in STEPS.items() if mode]
    world.reference("step_modes", [*modes, {"version": 1, "step_key": "by_team", "team": "Alps", "mode": "alert"}])
    world.canonical("int_owners", [
        {**own, "owner_id": owner, "owner_key": f"acme:{owner}", "team": team, "crm_team": team}
        for owner, team in (("7", "Alps"), ("8", "Coast"))
    ])  # fmt: skip
    deals, moves, owners = [], [], []
    for name, (created, owner) in DEALS.items():
        key = {**own, "deal_key": f"acme:{name}"}
        dated = {**key, "source": "history", "precision": "exact"}
        deals.append({**key, "crm": "files", "deal_id": name, "pipeline_id": "p", "deal_type": "new", "is_judged": True,
                      "created_at": created, "owner_key": f"acme:{owner}"})  # fmt: skip
        moves += [{**dated, "change_id": f"{name}.{day}", "stage_id": stage, "stage_key": stage,
                   "entered_at": created + timedelta(days=day)}
                  for day, stage in ((0, "first"), (2, "second"))]  # fmt: skip
        owners.append({**dated, "change_id": name, "field": "owner", "value": owner, "changed_at": created})
    world.canonical("int_deals", deals)
    world.canonical("int_stage_changes", moves)
    world.canonical("int_field_changes", owners)
    return world.build()


def test_a_finding_says_who_hears_of_it(built: Warehouse) -> None:
    found = built.query("select deal_id, step_key, mode, is_alert, is_for_owner from warehouse.marts.fct_findings "
                        "where kind = 'step_missing' and deal_id <> 'before'")  # fmt: skip
    told = {(f["deal_id"], f["step_key"]): (f["mode"], f["is_alert"], f["is_for_owner"]) for f in found}
    observed = ("observe", False, False)
    for deal in ("here", "elsewhere"):
        assert told[deal, "loud"] == ("alert", True, False)
        assert told[deal, "coached"] == ("coach", False, True)
        assert told[deal, "watched"] == observed
    assert told["here", "by_team"] == ("alert", True, False)
    assert told["elsewhere", "by_team"] == observed


def test_a_mode_silences_and_never_acquits(built: Warehouse) -> None:
    """What nobody hears of is not recorded all the same: it stays a finding, and in the rates."""
    results = built.query("select step_key, is_due, is_ok, is_alert from warehouse.marts.fct_step_results "
                          "where deal_id = 'here' order by step_key")  # fmt: skip
    assert [(r["step_key"], r["is_due"], r["is_ok"]) for r in results] == [(key, True, False) for key in sorted(STEPS)]
    assert {r["step_key"] for r in results if r["is_alert"]} == {"loud", "by_team"}


def test_the_past_is_told_and_alerts_nobody(built: Warehouse) -> None:
    past = built.query("select since, is_alert, is_for_owner from warehouse.marts.fct_findings "
                       "where deal_id = 'before' and kind = 'step_missing'")  # fmt: skip
    assert len(past) == len(STEPS)
    assert all(one["since"] < JUDGE_FROM for one in past)
    assert not any(one["is_alert"] or one["is_for_owner"] for one in past)
