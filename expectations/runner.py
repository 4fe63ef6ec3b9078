"""Holds a frame against rules by way of Great Expectations. The only module that imports it, and only when called.

What is checked is said in gate.py, compliance.py and audit.py. Great Expectations says whether a rule holds; which rows
break it is read from the frame itself (its own row lists take a minute for 500,000 rows), and where the two disagree
the result is an error. Its silent passes are closed here: NULL, no rows, no column, and results in another order.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from expectations.rules import MOST_SAMPLES, CheckResult, Rule

EMPTY = "there are no rows to check, so nothing is proven"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule over a whole frame: the rows that break it, or why it could not be judged."""

    rule: Rule
    breaking: pd.DataFrame
    rows: int
    error: str | None = None


def evaluate(frame: pd.DataFrame, rules: Sequence[Rule], *, id_column: str = "deal_key") -> list[CheckResult]:
    """One result for each rule over the whole frame, in the order of the rules."""
    return [_result(verdict, id_column) for verdict in judge(frame, rules)]


def judge(frame: pd.DataFrame, rules: Sequence[Rule], *, may_be_empty: bool = False) -> list[Verdict]:
    """One verdict for each rule, in the order of the rules. An empty frame is an error unless it may be empty."""
    if len({rule.rule_id for rule in rules}) < len(rules):
        raise ValueError("two rules have the same rule_id")
    none = frame.iloc[:0]
    if frame.empty:
        return [Verdict(rule, none, 0, None if may_be_empty else EMPTY) for rule in rules]
    present = [rule for rule in rules if rule.column in frame.columns]
    found = _ask(_prepared(frame, present), present) if present else {}
    verdicts = []
    for rule in rules:
        if rule.column not in frame.columns:
            verdicts.append(Verdict(rule, none, len(frame), f"the table has no column {rule.column!r}"))
            continue
        breaking = frame[_breaks(frame, rule)]
        success, error = found.get(rule.rule_id, (False, "Great Expectations gave no result for it"))
        if error is None and success != breaking.empty:
            says = "holds" if success else "is broken"
            error = f"Great Expectations says that it {says}, and {len(breaking)} rows break it"
        verdicts.append(Verdict(rule, none if error else breaking, len(frame), error))
    return verdicts


def samples(rows: pd.DataFrame, id_column: str) -> list[str]:
    """A few ids for people, the first by the alphabet, so that two runs show the same."""
    if id_column not in rows.columns:
        return []
    return sorted(str(value) for value in rows[id_column].dropna().unique())[:MOST_SAMPLES]


def _result(verdict: Verdict, id_column: str) -> CheckResult:
    rule, count = verdict.rule, len(verdict.breaking)
    passed = verdict.error is None and count == 0
    return CheckResult(
        rule=rule.rule_id,
        connection=None,
        passed=passed,
        severity="error" if verdict.error else rule.severity,
        count=count,
        sample=samples(verdict.breaking, id_column),
        message="" if passed else rule.message,
        error=verdict.error,
    )


def _breaks(frame: pd.DataFrame, rule: Rule) -> pd.Series[bool]:
    column = frame[rule.column]
    if rule.kind == "is_true":
        return ~_as_truth(column)
    if rule.kind == "not_null":
        return column.isna()
    if rule.kind == "unique":
        return column.duplicated(keep=False) & column.notna()
    low = float("-inf") if rule.low is None else rule.low
    high = float("inf") if rule.high is None else rule.high
    return column.notna() & ~column.between(low, high)


def _as_truth(column: pd.Series[Any]) -> pd.Series[bool]:
    """NULL is not true. Great Expectations would pass over it."""
    return column.astype("boolean").fillna(value=False).astype(bool)


def _prepared(frame: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    truths = {rule.column: _as_truth(frame[rule.column]) for rule in rules if rule.kind == "is_true"}
    return frame[list(dict.fromkeys(rule.column for rule in rules))].assign(**truths)


def _ask(frame: pd.DataFrame, rules: Sequence[Rule]) -> dict[str, tuple[bool, str | None]]:
    """Great Expectations' answer by rule_id (never by position): whether it holds, or why it could not be judged."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # costs 6 s, which only checking may cost

    context = gx.get_context(mode="ephemeral")  # a fresh one: names are unique in a context
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment] # else bars fill the logs
    source = context.data_sources.add_pandas("night").add_dataframe_asset("rows")
    batch = source.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="rules", expectations=[_expectation(gx, rule) for rule in rules])
    answer: dict[str, tuple[bool, str | None]] = {}
    for result in batch.validate(suite, result_format="BOOLEAN_ONLY").results:
        config = result.expectation_config
        rule_id = (config.meta or {}).get("rule_id") if config else None
        if rule_id is not None:
            answer[rule_id] = (bool(result.success), _exception(result.exception_info))
    return answer


def _expectation(gx: Any, rule: Rule) -> Any:
    catalogue, meta = gx.expectations, {"rule_id": rule.rule_id}
    if rule.kind == "is_true":
        return catalogue.ExpectColumnValuesToBeInSet(column=rule.column, value_set=[True], meta=meta)
    if rule.kind == "not_null":
        return catalogue.ExpectColumnValuesToNotBeNull(column=rule.column, meta=meta)
    if rule.kind == "unique":
        return catalogue.ExpectColumnValuesToBeUnique(column=rule.column, meta=meta)
    return catalogue.ExpectColumnValuesToBeBetween(
        column=rule.column, min_value=rule.low, max_value=rule.high, meta=meta
    )


def _exception(info: Any) -> str | None:
    """The message of whatever was raised: one for the expectation, or one for each metric it needed."""
    if not isinstance(info, dict):
        return None
    details = [info] if "raised_exception" in info else [part for part in info.values() if isinstance(part, dict)]
    raised = [str(part.get("exception_message")) for part in details if part.get("raised_exception")]
    return f"Great Expectations failed: {raised[0].splitlines()[0]}" if raised else None
