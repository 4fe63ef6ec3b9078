"""The reference itself, against the hand-written deals: it knows nothing of the SQL, and neither do they."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.reference.days import Days
from tests.reference.findings import is_out_of_order
from tests.reference.judge import is_early, judge_deal
from tests.reference.process import Condition, Process, Stage, Step, Term, Variant, Version
from tests.reference.rows import Activity, Deal, StageChange, Surroundings, Waiver
from tests.shared import shared_folder

DAYS = Days(ZoneInfo("UTC"), lambda day: day.weekday() < 5)
BIG = Condition("approval", "amount", "at_least", 1_000.0, frozenset())
"""The golden file calls a deal big; here that is an amount."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def golden() -> dict[str, Any]:
    text: dict[str, Any] = json.loads(shared_folder("oracles", "golden_deals.json").read_text(encoding="utf-8"))
    return text


def process_of(raw: dict[str, Any]) -> Process:
    versions = []
    starts = [at(version["from"]) for version in raw["versions"]]
    for number, version in enumerate(raw["versions"], 1):
        steps = {step["id"]: _step(step, raw["grace_s"]) for step in version["steps"]}
        stages = tuple(Stage(f"stage_{order}", order, float(days), False) for order, _, days in version["stages"])
        ends = starts[number] if number < len(starts) else None
        versions.append(Version(number, starts[number - 1], ends, frozenset({"new"}), stages, steps, (BIG,)))
    return Process(tuple(versions), raw["flicker_s"], raw["backfill_s"])


def _step(raw: dict[str, Any], grace: int) -> Step:
    kind = Variant({"kind": frozenset({raw["id"]})})
    term = Term("activity", None, None, 1, 1, None, None, None, False, (kind,))
    return Step(raw["id"], f"stage_{raw['stage']}", raw["mandatory"], grace, None, None, "flag", raw.get("after"),
                False, "completion", ((term,),), raw.get("actor_not"))  # fmt: skip


def deal_of(raw: dict[str, Any]) -> Deal:
    deal = Deal("golden", "golden:1", at(raw["created"]), at(raw["as_of"]))
    deal.amount = "5000" if raw.get("attrs", {}).get("big") else "10"
    for number, (moment, stage) in enumerate(raw["history"]):
        key = stage if isinstance(stage, str) else f"stage_{stage}"
        deal.stage_changes.append(StageChange(f"{number:03}", key, key, at(moment)))
    for number, done in enumerate(raw["evidence"]):
        recorded = at(done.get("recorded", done["done"]))
        actor = done.get("actor")
        deal.activities.append(Activity(str(number), done["step"], at(done["done"]), recorded, owner_key=actor))
    return deal


@pytest.mark.parametrize("name", [pytest.param(c["name"], id=c["name"]) for c in golden()["cases"]])
def test_the_reference_judges_the_golden_deals_as_expected(name: str) -> None:
    file = golden()
    case = next(case for case in file["cases"] if case["name"] == name)
    process, deal = process_of(file["process"]), deal_of(case["deal"])
    since = case["deal"].get("sources_from")
    covered = {"stage_changes": None, "activities": at(since) if since else None}
    lifted = [Waiver(step, deal.deal_key, step, deal.judged_at, None) for step in case["deal"].get("waivers", [])]
    found = judge_deal(deal, process, DAYS, Surroundings(covered, lifted))
    rate = found.rate()
    ours: dict[str, Any] = {
        "status": found.status,
        "due": found.due,
        "ok": found.ok,
        "rate_low": None if rate is None else rate[0],
        "rate_high": None if rate is None else rate[1],
        "truncated": found.is_truncated,
        "moves": [move.kind for move in found.moves],
        "over_sla": sorted(int(stage[-1]) for stage, _ in found.over_time),
        "ooo": [
            key
            for key, verdict in found.verdicts.items()
            if (step := process.versions[verdict.version - 1].steps.get(key)) is not None
            and is_out_of_order(step, found.verdicts, DAYS)
        ],
        "early": [step for step, stage in process.step_keys().items() if is_early(found, step, stage, DAYS)],
        "steps": {step: v.state for step, v in found.verdicts.items() if step in case["expect"].get("steps", {})},
        "four_eyes": found.four_eyes,
    }
    assert {key: ours[key] for key in case["expect"]} == case["expect"]
