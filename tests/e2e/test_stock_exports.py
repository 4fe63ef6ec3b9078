"""A night over each CRM's own export: the present is shown, and nobody is accused of what it cannot tell."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from expectations.process import DEFAULT_PROCESS
from tests.connectors.files.exports import write_csv
from tests.connectors.files.stock import EXPORTS, STAGES
from tests.e2e.company import COMPANY
from tests.e2e.steps import night

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("stock")
    (home / "plumbline.yml").write_text(COMPANY)
    (home / "process.yml").write_text(DEFAULT_PROCESS.read_text())
    entries = {}
    for name, rows in EXPORTS.items():
        (home / "exports" / name).mkdir(parents=True)
        write_csv(home / "exports" / name / "deals.csv", rows)
        pipelines = {pipeline: {"stages": dict(stages)} for pipeline, stages in STAGES[name].items()}
        entries[name] = {"kind": "files", "path": f"exports/{name}", "default_currency": "EUR", "pipelines": pipelines}
    (home / "connections.yml").write_text(yaml.safe_dump({"connections": entries}))
    return night(home)  # by the clock, as a schedule does it


def query(warehouse: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_night_by_the_clock_judges_nothing_ahead_of_itself(warehouse: Path) -> None:
    assert query(warehouse, "select * from marts.dim_connections where judged_at is null or judged_at > as_of") == []


def test_the_present_is_told(warehouse: Path) -> None:
    deals = (
        "select connection, count(*), sum(is_won::int), sum(is_lost::int), sum(amount) from marts.dim_deals group by 1"
    )
    assert sorted(query(warehouse, deals)) == sorted((name, 3, 1, 1, 3000) for name in EXPORTS)


def test_what_the_past_would_have_to_prove_is_unknown_and_nothing_is_missing(warehouse: Path) -> None:
    states = query(warehouse, "select distinct state from marts.fct_step_results where is_mandatory")
    assert ("unknown",) in states
    assert not {("missing",), ("late",), ("backfilled",)} & set(states)
    assert query(warehouse, "select * from marts.fct_step_results where is_due and not is_ok") == []
    accused = "select kind, count(*) from marts.fct_findings where is_alert group by 1"
    assert query(warehouse, accused) == []
