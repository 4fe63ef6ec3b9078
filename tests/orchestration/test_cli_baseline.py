"""What a person gets from `plumbline baseline`: figures, a process to paste or to write, and no overwritten file."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from expectations.process import load_process
from orchestration.cli import main
from tests.e2e.company import make_workspace

ROWS = [
    ("qualify", 1, "(all)", True, "contact", 40, 0.9, 0.95),
    ("qualify", 1, "alps", False, "contact", 20, 0.8, 0.9),
    ("qualify", 1, "coast", False, "contact", 20, 1.0, 1.0),
    ("qualify", 1, "(all)", True, "activity:note", 40, 1.0, 1.0),
    ("develop", 2, "(all)", True, "field:amount", 30, 0.5, 0.5),
    ("develop", 2, "alps", False, "field:amount", 15, 0.9, 0.9),
    ("develop", 2, "coast", False, "field:amount", 15, 0.1, 0.1),
    ("removed", 3, "(all)", True, "contact", 30, 0.5, 0.5),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_workspace(tmp_path / "acme", "alpha")
    monkeypatch.setenv("PLUMBLINE_HOME", str(folder))
    published = folder / "data" / "published"
    published.mkdir(parents=True)
    with duckdb.connect(str(published / "warehouse.duckdb")) as db:
        db.execute("create schema marts")
        db.execute(
            "create table marts.rpt_evidence_baseline (deal_type text, stage_key text, stage_order int, team_key text, "
            "is_all_teams boolean, candidate text, deals bigint, share_low decimal(18,6), share_high decimal(18,6), "
            "as_of timestamp)"
        )
        db.executemany(
            "insert into marts.rpt_evidence_baseline values ('new', ?, ?, ?, ?, ?, ?, ?, ?, timestamp '2026-03-31')",
            [list(row) for row in ROWS],
        )
        db.execute("create table marts.dim_teams as select 'alps' as team_key, 'Alps' as team_name")
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["baseline", *arguments])


def test_what_it_prints_is_a_process_with_the_figures_as_comments(home: Path, tmp_path: Path) -> None:
    told = run()
    assert told.exit_code == 0, told.output
    assert "# leaving  on record by then" in told.output
    assert "between 90 and 95 %" in told.output
    path = tmp_path / "process.yml"
    path.write_text(told.output, encoding="utf-8")
    steps = {step.key: (stage.key, step.mode) for _, stage, step in load_process(path).versions[0].steps()}
    assert {key: stage for key, (stage, _) in steps.items()} == {"contact": "qualify", "field_amount": "develop"}
    assert (steps["contact"][1].default, steps["field_amount"][1].default) == ("alert", "coach")
    assert steps["field_amount"][1].teams == {"Alps": "alert", "coast": "observe"}


def test_it_writes_a_new_file_and_never_over_an_old_one(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "proposed.yml"
    told = run("--write", str(target), "--alert", "95")
    assert told.exit_code == 0, told.output
    assert "2 steps proposed in" in told.output
    assert [step.mode.default for _, step in load_process(target).steps()][:2] == ["coach", "coach"]
    before = (home / "process.yml").read_bytes()
    refused = run("--write", str(home / "process.yml"))
    assert refused.exit_code == 2
    assert "is there already and is left as it is" in refused.output
    assert (home / "process.yml").read_bytes() == before


def test_scripts_get_json(home: Path) -> None:
    told = json.loads(run("--json").output)
    assert {one["candidate"] for one in told["figures"]} == {"contact", "activity:note", "field:amount"}
    assert [one["key"] for one in told["proposal"]] == ["contact", "field_amount"]


def test_without_deals_or_with_limits_upside_down_it_says_so(home: Path) -> None:
    none = run("--deal-type", "renewal")
    assert (none.exit_code, "no deal of the type renewal left a stage" in none.output) == (1, True)
    odd = run("--coach", "90")
    assert (odd.exit_code, "--coach 90 is above --alert 80" in odd.output) == (2, True)
