"""The compliance expectations: one for each step of the process, broken by the deals that owed it and did not have it.

Findings are the company's business and not a fault of the night, so every result is a `warn`. Who did not do what, and
since when, is in the marts; here it is only counted and shown to operators.
"""

from __future__ import annotations

import pandas as pd

from expectations.process import Process
from expectations.rules import CheckResult, Rule
from expectations.runner import judge, samples
from expectations.steps import LossStep, Step

QUERY = """
select connection, deal_key, step_key, state, is_ok
from warehouse.marts.fct_step_results
where is_due
order by deal_key, step_key"""
"""Only what was owed: a step that is not due yet can neither be kept nor broken."""

STATES = {"missing": "not recorded", "late": "late", "backfilled": "recorded afterwards"}


def run_compliance(frame: pd.DataFrame, process: Process) -> list[CheckResult]:
    """One result for each step of any version, in the order of the process; nothing owed is a pass of nothing."""
    steps = {step.key: step for _, step in process.steps()}
    if frame.empty:
        return [_unowed(key) for key in steps]
    strangers = sorted(set(frame["step_key"]) - steps.keys())
    if strangers:
        return [_stranger(key) for key in strangers]
    owed = _wide(frame)
    rules = [Rule(key, key, "is_true", "", severity="warn") for key in steps if key in owed.columns]
    verdicts = {verdict.rule.rule_id: verdict for verdict in judge(owed, rules)}
    results = []
    for key, step in steps.items():
        if key not in verdicts:
            results.append(_unowed(key))
            continue
        verdict, rows = verdicts[key], frame[frame["step_key"] == key]
        count = len(verdict.breaking)
        results.append(
            CheckResult(
                rule=key,
                connection=None,
                passed=verdict.error is None and count == 0,
                severity="warn" if verdict.error is None else "error",
                count=count,
                sample=samples(verdict.breaking.reset_index(), "deal_key"),
                message=_message(step, rows, count),
                error=verdict.error,
            )
        )
    return results


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per deal and one truth per step: kept, or not owed. NULL in `is_ok` stays a breach."""
    kept = frame["is_ok"].astype("boolean").fillna(value=False).astype("int8")
    wide = kept.groupby([frame["deal_key"], frame["step_key"]], observed=True).min().unstack(fill_value=1)
    return wide.astype(bool).rename_axis(columns=None)


def _message(step: Step | LossStep, rows: pd.DataFrame, count: int) -> str:
    if count == 0:
        return f"{step.name}: recorded in time for all {len(rows)} deals that owed it"
    states = rows["state"].value_counts()
    parts = [f"{states[state]} {words}" for state, words in STATES.items() if states.get(state, 0)]
    how = "were lost" if isinstance(step, LossStep) else "left the stage"
    return f"{step.name}: {count} of {len(rows)} deals that owed it {how} without it ({', '.join(parts)})"


def _unowed(key: str) -> CheckResult:
    return CheckResult(key, None, passed=True, severity="warn", message="no deal owed it yet")


def _stranger(key: str) -> CheckResult:
    error = f"the step {key!r} has results and is not in process.yml"
    return CheckResult(key, None, passed=False, severity="error", error=error)
