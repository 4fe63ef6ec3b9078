"""How people work already, and whether the process suits them: counted from deals made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dbt.compliance_tables import SOURCES, World
from tests.dbt.harness import Warehouse

LAST = datetime.fromisoformat("2024-08-01T10:00:00")
BEGAN = datetime.fromisoformat("2024-03-04T09:00:00")
LEFT = BEGAN + timedelta(days=10)
NUMBER = 40
STEPS = {"never": "fax", "afterwards": "visit", "usual": "meeting"}


def activities_of(n: int, key: dict[str, Any]) -> list[dict[str, Any]]:
    """Everybody met; every second deal of the Alps phoned; the visit was written down long after leaving."""
    done = [("meeting", BEGAN + timedelta(days=2)), ("visit", LEFT + timedelta(days=9))]
    if n % 4 == 0:
        done.append(("call", BEGAN + timedelta(days=3)))
    return [{**key, "activity_id": f"{n}.{kind}", "kind": kind, "occurred_at": moment, "precision": "exact"}
            for kind, moment in done]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Forty open deals, half of them the Alps', that left the first stage and rushed through the second.

    Beside them one that did so two years ago, and one in a stage that nobody mapped.
    """
    world = World(tmp_path_factory.mktemp("adoption"), as_of=LAST)
    own = {"connection": "acme"}
    world.reference("connections", [{**own, "crm": "files", "state": "good", "judged_at": LAST}])
    world.reference("coverage", [{**own, "object": kind} for kind in SOURCES if kind != "documents"])
    world.reference("process_versions", [{"version": 1}])
    world.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    world.reference("process_stages", [
        {"version": 1, "stage_key": key, "stage_name": key.title(), "stage_order": order, "is_optional": False}
        for order, key in enumerate(("first", "second", "third"), 1)
    ])  # fmt: skip
    world.reference("process_steps", [
        {"version": 1, "step_key": key, "step_name": key.title(), "stage_key": "first", "stage_order": 1,
         "is_mandatory": True, "severity": "medium", "grace_seconds": 60, "backfill_policy": "flag"} for key in STEPS
    ])  # fmt: skip
    named = [{"version": 1, "step_key": key, "alternative": 1, "term": 1} for key in STEPS]
    world.reference("step_terms", [
        {**term, "kind": "activity", "min_count": 1, "distinct_days": 1, "needs_contact": False} for term in named
    ])  # fmt: skip
    world.reference("step_term_values", [
        {**term, "variant": 1, "role": "kind", "value": STEPS[term["step_key"]]} for term in named
    ])  # fmt: skip
    mapped = {"s1": "first", "s2": "second", "s3": "third", "gone": "third", "idle": "third"}
    world.reference("stage_map", [{**own, "pipeline_id": "p", "stage_id": native, "stage_key": key}
                                  for native, key in mapped.items()])  # fmt: skip
    world.canonical("int_crm_stages", [{**own, "pipeline_id": "p", "stage_id": native, "stage_name": native.upper()}
                                       for native in ("s1", "s2", "s3", "idle", "odd")])  # fmt: skip
    world.canonical("int_owners", [
        {**own, "owner_id": owner, "owner_key": f"acme:{owner}", "team": team, "crm_team": team}
        for owner, team in (("7", "Alps"), ("8", "Coast"))
    ])  # fmt: skip
    deals, moves, activities, fields, contacts = [], [], [], [], []
    for n in range(NUMBER + 2):
        began = BEGAN - timedelta(days=730) if n == NUMBER else BEGAN
        owner = "7" if n % 2 == 0 else "8"
        key = {**own, "deal_key": f"acme:{n}"}
        dated = {**key, "source": "history", "precision": "exact"}
        deals.append({**key, "crm": "files", "deal_id": str(n), "pipeline_id": "p", "deal_type": "new",
                      "is_judged": True, "created_at": began, "owner_key": f"acme:{owner}"})  # fmt: skip
        path = [("s1", 0.0), ("s2", 10.0), ("s3", 10.0001)] if n <= NUMBER else [("odd", 0.0)]
        moves += [{**dated, "change_id": f"{n}.{native}", "pipeline_id": "p", "stage_id": native,
                   "stage_key": mapped.get(native, "unmapped"), "entered_at": began + timedelta(days=day)}
                  for native, day in path]  # fmt: skip
        fields.append({**dated, "change_id": f"{n}.owner", "field": "owner", "value": owner, "changed_at": began})
        if n < NUMBER:
            activities += activities_of(n, key)
            contacts.append({**key, "contact_id": f"{n}", "added_at": None if n < 10 else BEGAN, "precision": "exact"})
            date = "2024-05-01" if n < 10 else "2024-03-10"
            fields.append(
                {**dated, "change_id": f"{n}.date", "field": "close_date", "value": date, "changed_at": BEGAN}
            )
    world.canonical("int_deals", deals)
    world.canonical("int_stage_changes", moves)
    world.canonical("int_field_changes", fields)
    world.canonical("int_activities", activities)
    world.canonical("int_deal_contacts", contacts)
    return world.build("path:models/compliance rpt_evidence_baseline rpt_process_health")


def baseline(built: Warehouse, stage: str, team: str) -> dict[str, tuple[int, float, float]]:
    rows = built.query("select candidate, deals, share_low, share_high from warehouse.marts.rpt_evidence_baseline "
                       "where stage_key = ? and team_key = ?", stage, team)  # fmt: skip
    return {row["candidate"]: (row["deals"], float(row["share_low"]), float(row["share_high"])) for row in rows}


def test_the_baseline_counts_what_was_on_record_by_then(built: Warehouse) -> None:
    found = baseline(built, "first", "(all)")
    assert found == {
        "activity:meeting": (NUMBER, 1.0, 1.0),
        "activity:visit": (NUMBER, 0.0, 0.0),
        "activity:call": (NUMBER, 0.25, 0.25),
        "conversation": (NUMBER, 1.0, 1.0),
        "contact": (NUMBER, 0.75, 1.0),
        "field:close_date": (NUMBER, 0.25, 0.25),
    }  # what could not be read, as documents, is not said to be absent


def test_the_baseline_tells_the_teams_apart(built: Warehouse) -> None:
    alps, coast = (baseline(built, "first", team) for team in ("alps", "coast"))
    assert (alps["activity:call"], coast["activity:call"]) == ((NUMBER // 2, 0.5, 0.5), (NUMBER // 2, 0.0, 0.0))


def advice(built: Warehouse) -> dict[tuple[str, Any], dict[str, Any]]:
    rows = built.query("select * from warehouse.marts.rpt_process_health")
    return {(row["kind"], row["step_key"] or row["crm_stage"] or row["stage_key"]): row for row in rows}


def test_the_process_hears_what_does_not_suit(built: Warehouse) -> None:
    told = advice(built)
    assert set(told) == {
        ("step_not_done", "never"),
        ("step_done_afterwards", "afterwards"),
        ("stage_hardly_kept", "first"),
        ("stage_passed_at_once", "second"),
        ("stage_unmapped", "odd"),
        ("stage_vanished", "p/gone"),
        ("stage_not_entered", "p/idle"),
    }
    assert told["step_not_done", "never"]["sentence"].startswith(f"Of {NUMBER} deals that left First 0.0 % have")
    assert (told["step_done_afterwards", "afterwards"]["figure"], told["stage_unmapped", "odd"]["deals"]) == (1.0, 1)
    assert told["stage_passed_at_once", "second"]["deals"] == NUMBER
    assert '"IDLE" of acme (mapped to Third)' in told["stage_not_entered", "p/idle"]["sentence"]
