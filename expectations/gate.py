"""The structural gate: whether a connection's canonical tables are sound enough to be judged tonight.

Per connection, because one account's broken data must not spoil the others. An `error` holds the connection (the night
goes on with its last good state); a `warn` is listed and the deal is judged by what is known. What a deal should have
done is no business of the gate, and neither is one night's table against another's beyond the floor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from expectations.company import Hold
from expectations.gate_queries import QUERIES, TABLES
from expectations.rules import CheckResult, Rule, Severity
from expectations.runner import Verdict, judge, samples

__all__ = ["QUERIES", "RULES", "baselines", "held_connections", "run_gate"]

UNMAPPED = "stand in a stage that connections.yml does not map; add it there under `stages`"
BAD_CREATION = "have no creation date, or one before 1990 or after the sync"
BAD_CLOSE_DATE = "have a close date before 1990 or more than ten years ahead"
STALE_HISTORY = "have a last stage in their history that is not their current stage"
STRAYS = "have rows of deals that are not there, and nothing rests on these rows"
ALL_STRAYS = "hold next to no row of a deal that is there; compare the deals' ids in both"
HUGE = "have an amount beyond a million millions"
LARGEST_AMOUNT = 1e12
"""In any currency a deal of more than a million millions is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over one frame. Broken by more than `share` of a connection's rows and more than `count`, it holds it."""

    frame: str
    rule: Rule
    share: float | None = None
    count: int = 3


CHECKS = (
    Check("tables", Rule("keys_present", "keys_present", "is_true", "have rows without a key"), share=0, count=0),
    Check("tables", Rule("keys_unique", "keys_unique", "is_true", "hold a key in several rows"), share=0, count=0),
    Check("tables", Rule("deals_known", "deals_known", "is_true", STRAYS)),
    Check("tables", Rule("most_deals_known", "most_deals_known", "is_true", ALL_STRAYS), share=0, count=0),
    Check("deals", Rule("stage_known", "stage_known", "is_true", UNMAPPED), share=0.9999),
    Check("deals", Rule("has_pipeline", "has_pipeline", "is_true", "have no pipeline, so no stage can be theirs")),
    Check("deals", Rule("created_sane", "created_sane", "is_true", BAD_CREATION), share=0.5),
    Check("deals", Rule("close_date_sane", "close_date_sane", "is_true", BAD_CLOSE_DATE), share=0.5),
    Check("deals", Rule("amount_not_negative", "amount", "between", "have a negative amount", low=0), share=0.5),
    Check("deals", Rule("amount_not_absurd", "amount", "between", HUGE, high=LARGEST_AMOUNT), share=0.5),
    Check("deals", Rule("history_ends_in_current_stage", "history_matches", "is_true", STALE_HISTORY), share=0.01),
    Check("stages", Rule("probability_sane", "probability", "between", "are not a share of 0 to 1", low=0, high=1)),
)
ID_COLUMNS = {"tables": "table_name", "deals": "deal_key", "stages": "stage"}
FLOOR = "rows did not fall below the floor set by the last good night"
RULES = {"row_floor": FLOOR} | {check.rule.rule_id: f"No {check.frame} {check.rule.message}" for check in CHECKS}
"""Each rule with what it forbids, for lists of checks."""
NOUNS = {"tables": "tables", "deals": "deals", "stages": "stages' probabilities"}


def run_gate(
    frames: Mapping[str, pd.DataFrame],
    baselines: Mapping[str, int],
    connections: Collection[str] | None = None,
    hold: Hold | None = None,
) -> list[CheckResult]:
    """One result for each rule and connection. `baselines` are the rows of the last good night (see `baselines()`)."""
    missing = sorted(QUERIES.keys() - frames.keys())
    if missing:
        raise ValueError(f"the gate was not given the frames {', '.join(missing)}")
    names = sorted(connections if connections is not None else frames["tables"]["connection"].unique())
    results = _floors(frames["tables"], baselines, names, hold or Hold())
    for name in QUERIES:
        checks = [check for check in CHECKS if check.frame == name]
        verdicts = judge(frames[name], [check.rule for check in checks], may_be_empty=name != "tables")
        totals = frames[name].groupby("connection").size() if not frames[name].empty else pd.Series(dtype="int64")
        for check, verdict in zip(checks, verdicts, strict=True):
            results += [_of_connection(check, verdict, one, int(totals.get(one, 0))) for one in names]
    return results


def held_connections(results: Collection[CheckResult]) -> set[str]:
    """The connections that may not be judged on tonight's data."""
    return {
        result.connection
        for result in results
        if result.connection is not None and not result.passed and result.severity == "error"
    }


def baselines(frames: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Deals by connection, to be kept for the next night's floor when the connection was good."""
    deals = _deal_counts(frames["tables"])
    return {str(connection): int(rows) for connection, rows in deals.items()}


def _deal_counts(tables: pd.DataFrame) -> pd.Series[int]:
    return tables[tables["table_name"] == TABLES[0]].set_index("connection")["live_rows"]


def _floors(tables: pd.DataFrame, before: Mapping[str, int], names: Collection[str], hold: Hold) -> list[CheckResult]:
    """A short fetch must not look like a small business."""
    deals = _deal_counts(tables)
    filling = set(tables.loc[tables["state"] == "backfilling", "connection"])
    results = []
    for name in names:
        rows, last = int(deals.get(name, 0)), before.get(name)
        fall = 0 if last is None else last - rows
        broken = last is not None and fall >= hold.min_rows and fall > hold.max_fall * last
        if broken:
            message = f"{name}: {rows} deals, after {last} in the last good night; held until that is explained"
            results.append(CheckResult("row_floor", name, passed=False, severity="error", count=fall, message=message))
        elif rows == 0 and name not in filling:
            message = f"{name}: there are no deals at all"
            severity: Severity = "error" if last and last >= hold.min_rows else "warn"
            results.append(CheckResult("row_floor", name, passed=False, severity=severity, count=fall, message=message))
        else:
            results.append(CheckResult("row_floor", name, passed=True, severity="error"))
    return results


def _of_connection(check: Check, verdict: Verdict, name: str, total: int) -> CheckResult:
    rule = verdict.rule
    if verdict.error is not None:
        return CheckResult(
            rule.rule_id, name, passed=False, severity="error", message=rule.message, error=verdict.error
        )
    mine = verdict.breaking[verdict.breaking["connection"] == name]
    count = len(mine)
    holds = check.share is not None and count > check.count and count > check.share * total
    severity: Severity = "error" if holds or (count == 0 and check.share is not None) else "warn"
    return CheckResult(
        rule=rule.rule_id,
        connection=name,
        passed=count == 0,
        severity=severity,
        count=count,
        sample=samples(mine, ID_COLUMNS[check.frame]),
        message=f"{name}: {count} of {total} {NOUNS[check.frame]} {rule.message}" if count else "",
    )
