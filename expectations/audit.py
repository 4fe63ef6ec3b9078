"""The audit before publishing: whether the marts contradict themselves or what they were made from.

Everything here is our own fault and never the CRM's: every result is an `error`, and one suffices to publish nothing.
Data that is merely odd is the gate's business, and a deal that left the process is compliance.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from expectations.audit_queries import QUERIES
from expectations.rules import CheckResult, Rule
from expectations.runner import evaluate

__all__ = ["QUERIES", "RULES", "run_audit"]


@dataclass(frozen=True, slots=True)
class Look:
    """One frame of the audit: its rules, what identifies its rows, and how many rows it must have."""

    rules: tuple[Rule, ...]
    id_column: str
    follows_deals: bool = False


def _rule(rule_id: str, message: str) -> Rule:
    return Rule(rule_id, rule_id, "is_true", message)


LOOKS = {
    "totals": Look(
        (
            _rule(
                "every_deal_is_in_the_marts", "have another number of deals in dim_deals than in the canonical tables"
            ),
            _rule("every_deal_has_compliance", "have another number of deals in fct_deal_compliance"),
            _rule("amounts_agree", "have another total amount in the marts than in the canonical tables"),
            _rule("due_steps_agree", "have another number of due steps by deal than by step"),
        ),
        "connection",
    ),
    "grains": Look(
        (
            _rule("one_row_per_key", "hold a key in several rows"),
            _rule("no_key_is_empty", "hold rows without a key"),
        ),
        "table_name",
    ),
    "deals": Look(
        (
            _rule("every_step_has_a_result", "have not exactly one result for every step of the process"),
            _rule("every_state_is_known", "have a step without a state, or with an unknown one"),
            _rule("due_and_ok_agree", "count a step as kept that was not owed, or contradict its state"),
            _rule("not_judged_ahead", "are judged at a time after the night's own"),
        ),
        "deal_key",
        follows_deals=True,
    ),
    "rates": Look(
        (
            _rule("rates_are_shares", "have a rate outside 0 to 1, or a low one above the high one"),
            _rule("nothing_due_is_no_rate", "have a rate though nothing was due, or none though something was"),
        ),
        "deal_key",
        follows_deals=True,
    ),
    "sums": Look(
        (
            _rule("waterfalls_balance", "have a waterfall whose parts do not lead from its start to its end"),
            _rule("forecast_levels_add_up", "have a forecast whose levels do not add up to the company's"),
            _rule("forecast_changes_add_up", "have causes that do not add up to how their forecast changed"),
            _rule("bookings_agree", "have another amount booked beside the targets than in the forecast"),
        ),
        "deal_type",
        follows_deals=True,
    ),
}
NOUNS = {"totals": "connections", "grains": "tables", "deals": "deals", "rates": "deals", "sums": "deal types"}
RULES = {rule.rule_id: f"No {NOUNS[name]} {rule.message}" for name, look in LOOKS.items() for rule in look.rules}
"""Each rule with what it forbids, for lists of checks."""


def run_audit(frames: Mapping[str, pd.DataFrame]) -> list[CheckResult]:
    """One result for each rule. No deal at all is sound only when there is none in the canonical tables either."""
    missing = sorted(QUERIES.keys() - frames.keys())
    if missing:
        raise ValueError(f"the audit was not given the frames {', '.join(missing)}")
    deals = int(frames["totals"]["deals_canonical"].sum())
    results: list[CheckResult] = []
    for name, look in LOOKS.items():
        frame = frames[name]
        if frame.empty and look.follows_deals and deals == 0:
            results += [CheckResult(rule.rule_id, None, passed=True, severity="error") for rule in look.rules]
            continue
        results += [_worded(result, NOUNS[name]) for result in evaluate(frame, look.rules, id_column=look.id_column)]
    return results


def _worded(result: CheckResult, noun: str) -> CheckResult:
    if result.passed or result.error:
        return result
    first = ", ".join(result.sample[:3]) + (" …" if result.count > len(result.sample[:3]) else "")
    message = f"{result.count} {noun} {result.message}: {first}"
    return CheckResult(
        result.rule, None, passed=False, severity="error", count=result.count, sample=result.sample, message=message
    )
