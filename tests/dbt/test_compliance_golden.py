"""The hand-written deals of the shared material, one for each ambiguous rule, against their expected verdicts.

Every deal is a connection of its own, because each is judged at its own moment and has its own sources. Evidence is
an activity whose kind is the step's name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse
from tests.golden import BIG_DEAL, amount, differences, golden_deals


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def process_rows(versions: list[dict[str, Any]], grace: int) -> dict[str, list[dict[str, Any]]]:
    """The golden process as reference tables."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in ("process_versions", "process_deal_types", "process_stages", "process_steps", "step_terms",
                     "step_term_values", "step_conditions")
    }  # fmt: skip
    starts = [at(version["from"]) for version in versions]
    for number, version in enumerate(versions, 1):
        ends = starts[number] if number < len(versions) else None
        names = {order: f"stage_{order}" for order, _, _ in version["stages"]}
        tables["process_versions"].append({"version": number, "valid_from": starts[number - 1], "valid_to": ends})
        tables["process_deal_types"].append({"version": number, "deal_type": "new"})
        tables["process_stages"] += [
            {"version": number, "stage_key": names[order], "stage_name": name, "stage_order": order,
             "probability": order / 10, "max_days": float(days), "is_optional": False}
            for order, name, days in version["stages"]
        ]  # fmt: skip
        for step in version["steps"]:
            key = {"version": number, "step_key": step["id"]}
            if "applies" in step:
                tables["step_conditions"].append(
                    {**key, "condition": 1, "field": "amount", "test": "at_least", "number": float(BIG_DEAL)}
                )
            tables["process_steps"].append({
                **key, "step_name": step["id"].title(), "stage_key": names[step["stage"]],
                "stage_order": step["stage"], "is_mandatory": step["mandatory"], "severity": "medium",
                "grace_seconds": grace, "backfill_policy": "flag", "after_step_key": step.get("after"),
                "not_by_step_key": step.get("actor_not"),
            })  # fmt: skip
            term = {**key, "alternative": 1, "term": 1}
            tables["step_terms"].append({**term, "kind": "activity", "min_count": 1, "distinct_days": 1,
                                         "needs_contact": False})  # fmt: skip
            tables["step_term_values"].append({**term, "variant": 1, "role": "kind", "value": step["id"]})
    return tables


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return golden_deals()


@pytest.fixture(scope="module")
def built(golden: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    process = golden["process"]
    world = World(tmp_path_factory.mktemp("golden"), flicker_seconds=process["flicker_s"],
                  backfill_seconds=process["backfill_s"])  # fmt: skip
    for table, rows in process_rows(process["versions"], process["grace_s"]).items():
        world.reference(table, rows)
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    deals, changes, activities, connections, stage_map, coverage, waivers = [], [], [], [], [], [], []
    for case in golden["cases"]:
        name, deal = case["name"], case["deal"]
        base = {"connection": name, "deal_key": f"{name}:1"}
        connections.append({"connection": name, "crm": "files", "state": "good", "judged_at": at(deal["as_of"])})
        since = deal.get("sources_from")
        coverage += [
            {"connection": name, "object": kind, "covered_from": at(since) if since and kind == "activities" else None}
            for kind in SOURCES
        ]
        stage_map += [{"connection": name, "pipeline_id": "p", "stage_id": str(n), "stage_key": f"stage_{n}"}
                      for n in range(1, 5)]  # fmt: skip
        deals.append({**base, "crm": "files", "deal_id": "1", "pipeline_id": "p", "created_at": at(deal["created"]),
                      "deal_type": "new", "is_judged": True, "is_deleted": False, "amount": amount(case),
                      "currency": "EUR"})  # fmt: skip
        waivers += [
            {"waiver_id": f"{name}:{step}", "deal_key": base["deal_key"], "step_key": step, "given_by": "ann",
             "given_at": at(deal["created"]), "reason": "It is golden."}
            for step in deal.get("waivers", [])
        ]  # fmt: skip
        changes += [
            {**base, "change_id": f"{n:03}", "stage_id": str(stage), "entered_at": at(moment),
             "stage_key": stage if isinstance(stage, str) else f"stage_{stage}", "source": "history",
             "precision": "second"}
            for n, (moment, stage) in enumerate(deal["history"])
        ]  # fmt: skip
        activities += [
            {**base, "activity_id": f"{name}:{n}", "kind": done["step"], "occurred_at": at(done["done"]),
             "recorded_at": at(done.get("recorded", done["done"])), "precision": "second",
             "owner_id": done.get("actor"), "owner_key": done.get("actor")}
            for n, done in enumerate(deal["evidence"])
        ]  # fmt: skip
    for table, rows in (("int_deals", deals), ("int_stage_changes", changes), ("int_activities", activities)):
        world.canonical(table, rows)
    for table, rows in (
        ("connections", connections),
        ("stage_map", stage_map),
        ("coverage", coverage),
        ("waivers", waivers),
    ):
        world.reference(table, rows)
    return world.build()


ROWS = {
    "open deals": ("open_in_develop", "open_nothing_due", "open_within_grace"),
    "lost deals": ("lost_in_qualify", "lost_in_propose"),
    "won deals": ("won_clean", "won_missing_demo"),
    "skipped stage": ("skip_develop", "skip_but_step_done", "jump_to_won"),
    "born late": ("born_in_propose",),
    "missing history": ("truncated_history",),
    "source connected later": ("source_not_connected",),
    "backward move": ("backward_then_forward", "backward_does_not_cure"),
    "bounce": ("flicker",),
    "reopened": ("reopened",),
    "out of order": ("missing_predecessor_not_double_counted", "out_of_order_steps"),
    "done before its stage": ("early_step",),
    "same timestamp, step and gate": ("tie_same_timestamp",),
    "same timestamp, two stages": ("same_second_stage_changes",),
    "grace": ("grace_8s_after", "late_2_days"),
    "backfilled": ("backfilled", "recorded_next_hour"),
    "process version": ("version_at_stage_entry", "version_new_rules"),
    "conditional step": ("conditional_not_applicable",),
    "waiver": ("waiver",),
    "four eyes": ("four_eyes_violated", "four_eyes_any_of_many"),
}
"""Row of the table of ambiguous cases -> its deals. The rows without one are in test_compliance_rules_24."""


@pytest.mark.parametrize("row", ROWS)
def test_golden_deals_come_out_as_expected(built: Warehouse, golden: dict[str, Any], row: str) -> None:
    wrong = {}
    for case in golden["cases"]:
        if case["name"] in ROWS[row]:
            deal, results, findings = (
                built.query(f"select * from warehouse.marts.{mart} where connection = ?", case["name"])
                for mart in ("fct_deal_compliance", "fct_step_results", "fct_findings")
            )
            if found := differences(case["expect"], deal[0], results, findings):
                wrong[case["name"]] = found
    assert wrong == {}


def test_no_golden_deal_is_left_out(golden: dict[str, Any]) -> None:
    names = [case["name"] for case in golden["cases"]]
    assert sorted(names) == sorted(name for deals in ROWS.values() for name in deals)
    assert len(names) == 32
