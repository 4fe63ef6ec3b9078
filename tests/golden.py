"""The hand-written deals of the shared material, and how what Plumbline says of one is compared with what is expected.

Both ways of judging them use this: the models alone (tests/dbt) and whole nights over a CRM's exports (tests/e2e).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.shared import shared_folder

Row = Mapping[str, Any]
BIG_DEAL = 50_000
"""What the golden file calls a big deal, as an amount: this much or more."""

MOVES = {"stage_skipped": "skip", "born_late": "born_late", "moved_backward": "backward", "reopened": "reopen"}


def golden_deals() -> dict[str, Any]:
    """The file with its process and its cases; skips the calling test when it is absent."""
    loaded: dict[str, Any] = json.loads(shared_folder("oracles", "golden_deals.json").read_text(encoding="utf-8"))
    return loaded


def amount(case: Row) -> int:
    """The deal's amount: the golden file says only whether the deal is big."""
    return BIG_DEAL if case["deal"].get("attrs", {}).get("big") else BIG_DEAL - 1


def differences(
    expected: Row, deal: Row, results: Iterable[Row], findings: Iterable[Row]
) -> dict[str, tuple[Any, Any]]:
    """What is expected and what came out instead, by the names that the golden file uses."""
    steps = {row["step_key"]: row for row in results}
    found = sorted(findings, key=lambda row: row["since"])
    ours: dict[str, Any] = {
        "status": deal["status"],
        "due": deal["due"],
        "ok": deal["ok"],
        "rate_low": None if deal["rate_low"] is None else float(deal["rate_low"]),
        "rate_high": None if deal["rate_high"] is None else float(deal["rate_high"]),
        "truncated": deal["is_truncated"],
        "moves": [MOVES[f["kind"]] for f in found if f["kind"] in MOVES],
        "over_sla": sorted(int(f["stage_key"][-1]) for f in found if f["kind"] == "over_time"),
        "ooo": sorted(step for step, r in steps.items() if r["is_out_of_order"]),
        "early": sorted(step for step, r in steps.items() if r["is_early"]),
        "steps": {step: steps[step]["state"] for step in expected.get("steps", {}) if step in steps},
        "four_eyes": {step: steps[step]["four_eyes"] for step in expected.get("four_eyes", {}) if step in steps},
    }
    return {key: (value, ours.get(key)) for key, value in expected.items() if ours.get(key) != value}
