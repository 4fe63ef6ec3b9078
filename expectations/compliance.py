"""The compliance expectations: one for each step of the process, broken by the deals that owed it and did not have it.

Findings are the company's business and not a fault of the night, so every result is a `warn`. Who did not do what, and
since when, is in the marts; here it is only counted and shown to operators. Who may do a step (four eyes) is another
question and no part of it; what was waived was not owed.
"""

from __future__ import annotations

import pandas as pd

from expectations.process import Process
from expectations.rules import CheckResult, Rule
from expectations.runner import Verdict, judge, samples
from expectations.steps import LossStep, Step

QUERY = """
select
    results.connection, results.deal_key, results.step_key, results.state, results.is_due, results.is_ok,
    case when results.is_due and not results.is_ok then deals.deal_url end as deal_url
from warehouse.marts.fct_step_results as results
left join warehouse.marts.dim_deals as deals using (deal_key)
where results.is_due or (results.is_mandatory and results.state = 'unknown')
order by results.deal_key, results.step_key"""
"""What was owed, and what may have been: a step that is not due yet can neither be kept nor broken."""

STATES = {"missing": "not recorded", "late": "late", "backfilled": "recorded afterwards"}


def run_compliance(frame: pd.DataFrame, process: Process) -> list[CheckResult]:
    """One result for each step of any version, in the order of the process; nothing owed is a pass of nothing."""
    steps = {step.key: step for _, step in process.steps()}
    strangers = sorted(set(frame["step_key"]) - steps.keys())
    if strangers:
        return [_stranger(key) for key in strangers]
    owed = frame[frame["is_due"].astype(bool)]
    wide = _wide(owed) if len(owed) else owed
    rules = [Rule(key, key, "is_true", "", severity="warn") for key in steps if key in wide.columns]
    verdicts = {verdict.rule.rule_id: verdict for verdict in judge(wide, rules, may_be_empty=True)}
    by_step = dict(iter(frame.groupby("step_key", observed=True)))
    return [
        _result(verdicts[key], step, by_step[key]) if key in verdicts else _unowed(key) for key, step in steps.items()
    ]


def _result(verdict: Verdict, step: Step | LossStep, rows: pd.DataFrame) -> CheckResult:
    count, owed = len(verdict.breaking), rows[rows["is_due"].astype(bool)]
    sample = samples(verdict.breaking.reset_index(), "deal_key")
    urls = owed[owed["deal_key"].isin(sample)].dropna(subset=["deal_url"])
    return CheckResult(
        rule=step.key,
        connection=None,
        passed=verdict.error is None and count == 0,
        severity="warn" if verdict.error is None else "error",
        count=count,
        sample=sample,
        message=_message(step, owed, count),
        error=verdict.error,
        rates=_rates(rows, len(owed) - count),
        links=dict(zip(urls["deal_key"], urls["deal_url"], strict=True)),
    )


def _rates(rows: pd.DataFrame, kept: int) -> tuple[float, float]:
    """The bounds that the marts give too: what is unknown or recorded afterwards against it, and for it."""
    doubtful = int(rows["state"].isin(["unknown", "backfilled"]).sum())
    return kept / len(rows), (kept + doubtful) / len(rows)


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
