"""What Great Expectations says about a build: the gate per connection, compliance per step, the audit of the whole.

Fetching frames and reading results belong here; the rules and the running of them are in `expectations/`. Frames are
fetched read-only and the connection is closed at once: dbt must be able to open the same file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from expectations.rules import CheckResult
from orchestration.build import BuildFiles


class AuditFailed(Exception):
    """The build contradicts itself; nothing is published. The text names the rules that failed."""


class CheckBroken(Exception):
    """A check could not be run, which is a fault of Plumbline; the text is the check's own error."""


def fetch(files: BuildFiles, queries: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Frames for the gate and the audit; marts are at `warehouse.marts`."""
    with duckdb.connect(str(files.build), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if files.marts.exists():
            connection.execute(f"attach {_quoted(files.marts)} as warehouse (read_only)")
        return {name: connection.execute(query).df() for name, query in queries.items()}


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def raise_broken(results: Sequence[CheckResult]) -> None:
    """A check with an error has found nothing out; going on would call that good."""
    broken = [result for result in results if result.error]
    if broken:
        raise CheckBroken("; ".join(f"{result.rule}: {result.error}" for result in broken))


def to_hold(results: Sequence[CheckResult]) -> dict[str, list[str]]:
    """Connections whose data must not be used tonight, each with the reasons."""
    held: dict[str, list[str]] = {}
    for result in results:
        if not result.passed and result.severity == "error" and result.connection is not None:
            held.setdefault(result.connection, []).append(result.message)
    return held


def raise_if_failed(results: Sequence[CheckResult], what: str) -> None:
    """Stop the night when a rule that concerns the whole failed."""
    failed = [r for r in results if not r.passed and r.severity == "error"]
    if failed:
        listed = "\n".join(f"  {result.rule}: {result.message}" for result in failed)
        raise AuditFailed(f"The {what} failed, so nothing was published; yesterday's warehouse stays.\n{listed}")


def as_rows(results: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """Results as plain values, for records and logs."""
    return [
        {
            "rule": result.rule,
            "connection": result.connection,
            "passed": result.passed,
            "severity": result.severity,
            "count": result.count,
            "message": result.message,
        }
        for result in results
    ]
