"""A night without Dagster and without dbt's own runner, for tests that ask what a night says and not how it is run.

Its steps are those of `orchestration/night.py`, in their order; the models are built by the SQL that dbt compiled them
to, without their data tests. A night as its users have it, with everything around it, takes minutes: `shell.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from expectations.rules import CheckResult
from orchestration.night import Night
from orchestration.settings import Workspace
from tests.dbt import compiled
from tests.dbt.harness import compiled_models


def night(home: Path, as_of: datetime | None = None) -> Path:
    """The warehouse that a night publishes in which nothing is held; without `as_of` it goes by the clock."""
    tonight = Night.begin(Workspace.find(home), "00000000", as_of)
    for outcome in tonight.sync():
        assert outcome.state == "good", outcome.error
    tonight.prepare()
    models = compiled_models()
    compiled.build(models, models, tonight.files.build, tonight.files.marts)
    _all_pass(tonight.gate())
    tonight.compliance()
    _all_pass(tonight.audit())
    tonight.settle()
    tonight.publish()
    tonight.close()
    return tonight.workspace.warehouse


def _all_pass(results: Sequence[CheckResult]) -> None:
    assert [result for result in results if not result.passed and result.severity == "error"] == []
