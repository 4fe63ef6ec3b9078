"""The hand-written deals of the shared material as exports of a CRM, through whole nights, against their verdicts.

One folder of exports that grows, as a real one does: each night sees what was recorded by then, and the deals whose
verdict was told for that moment are compared. Evidence is an activity whose kind is the step's name. Left to the
models' own test: a source that was connected later (exports have no such date).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.company import write_rows
from tests.e2e.shell import plumbline, rows
from tests.golden import BIG_DEAL, amount, differences, golden_deals

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LEFT_OUT = "source_not_connected"
COLUMNS = {
    "deals": ("deal_id", "stage_id", "created_at", "amount", "currency"),
    "stage_changes": ("deal_id", "stage_id", "entered_at"),
    "activities": ("activity_id", "deal_id", "kind", "occurred_at", "recorded_at", "owner_id"),
}
COMPANY = "workspace_format: 1\ntime_zone: UTC\nhome_currency: EUR\npublishers: [{kind: duckdb}]\n"
CONNECTIONS = """connections:
  golden:
    kind: files
    path: export
    pipelines: {default: {stages: {"1": stage_1, "2": stage_2, "3": stage_3, "4": stage_4, won: won, lost: lost}}}
"""


def process_yml(process: dict[str, Any]) -> str:
    """The golden process as a user writes it."""
    return yaml.safe_dump({
        "defaults": {
            "grace": f"{process['grace_s']} seconds", "flicker": f"{process['flicker_s']} seconds",
            "backfill_tolerance": f"{process['backfill_s']} seconds", "logging_min_activities": 0,
            "won_at_birth": "0 days",
        },
        "versions": [{
            "in_force_from": version["from"],
            "stages": [{
                "key": f"stage_{order}", "name": name, "probability": order / 10, "max_days": days,
                "steps": [
                    {"key": step["id"], "name": step["id"].title(), "why": "It is golden.",
                     "mandatory": step["mandatory"], "evidence": {"activity": step["id"]},
                     **({"after": step["after"]} if "after" in step else {}),
                     **({"not_by": step["actor_not"]} if "actor_not" in step else {}),
                     **({"applies_to": {"amount": {"at_least": BIG_DEAL}}} if "applies" in step else {})}
                    for step in version["steps"] if step["stage"] == order
                ],
            } for order, name, days in version["stages"]],
        } for version in process["versions"]],
    }, sort_keys=False)  # fmt: skip


def export(folder: Path, cases: list[dict[str, Any]], as_of: str) -> None:
    """What stood in the CRM at that moment: its times are all of one form, so that texts compare like times."""
    found: dict[str, list[dict[str, str]]] = {name: [] for name in COLUMNS}
    for case in cases:
        name, deal = case["name"], case["deal"]
        passed = [(moment, str(stage)) for moment, stage in deal["history"] if moment <= as_of]
        if not passed:
            continue
        found["deals"].append({"deal_id": name, "stage_id": max(passed)[1], "created_at": deal["created"] + "Z",
                               "amount": str(amount(case)), "currency": "EUR"})  # fmt: skip
        found["stage_changes"] += [
            {"deal_id": name, "stage_id": stage, "entered_at": moment + "Z"} for moment, stage in passed
        ]
        found["activities"] += [
            {"activity_id": f"{name}-{n}", "deal_id": name, "kind": done["step"], "occurred_at": done["done"] + "Z",
             "recorded_at": done.get("recorded", done["done"]) + "Z", "owner_id": done.get("actor", "")}
            for n, done in enumerate(deal["evidence"]) if done.get("recorded", done["done"]) <= as_of
        ]  # fmt: skip
    for name, columns in COLUMNS.items():
        write_rows(folder / f"{name}.csv", found[name] or [dict.fromkeys(columns, "")])


def published(home: Path) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The published rows of each deal, by table."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for table in ("fct_deal_compliance", "fct_step_results", "fct_findings"):
        for row in rows(home, f"select * from marts.{table}"):
            found.setdefault(row["deal_id"], {}).setdefault(table, []).append(row)
    return found


def write_waivers(path: Path, cases: Iterable[dict[str, Any]], as_of: str) -> None:
    """What was lifted by then, as the company writes it down."""
    given = [
        f"golden:{case['name']},{step},ann,{case['deal']['created'][:10]},It is golden.,"
        for case in cases for step in case["deal"].get("waivers", []) if case["deal"]["created"] <= as_of
    ]  # fmt: skip
    path.write_text("\n".join(["deal,step,given_by,given_on,reason,until", *given]) + "\n")


def test_every_golden_deal_comes_out_of_the_night_as_expected(tmp_path: Path) -> None:
    golden = golden_deals()
    cases = [case for case in golden["cases"] if case["name"] != LEFT_OUT]
    assert len(cases) == 31
    (tmp_path / "plumbline.yml").write_text(COMPANY)
    (tmp_path / "connections.yml").write_text(CONNECTIONS)
    (tmp_path / "process.yml").write_text(process_yml(golden["process"]))
    wrong = {}
    for as_of in sorted({case["deal"]["as_of"] for case in cases}, key=datetime.fromisoformat):
        export(tmp_path / "export", cases, as_of)
        write_waivers(tmp_path / "waivers.csv", cases, as_of)
        done = plumbline("sync", "--as-of", as_of + "Z", home=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        deals = published(tmp_path)
        for case in cases:
            if case["deal"]["as_of"] == as_of:
                found = deals[case["name"]]
                [deal] = found["fct_deal_compliance"]
                if apart := differences(case["expect"], deal, found["fct_step_results"], found.get("fct_findings", [])):
                    wrong[case["name"]] = apart
    assert wrong == {}
    told = plumbline("forecast", home=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "NO FORECAST: too few wins" in told.stdout, "a company of some thirty deals has nothing to learn from"
    assert "in 8 of 10 cases" not in told.stdout
