"""`plumbline explain` as people and scripts get it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.e2e.company import make_workspace


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_HOME", str(make_workspace(tmp_path / "acme", "alpha")))
    monkeypatch.setenv("COLUMNS", "80")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


def test_a_step_is_told_in_lines_that_fit() -> None:
    told = run("final_amount")
    assert told.exit_code == 0, told.output
    assert told.output.startswith("final_amount: Final amount (step of Close)\n  Why ")
    assert "  Evidence    amount above 0\n" in told.output
    assert max(len(line) for line in told.output.splitlines()) <= 80


def test_without_a_step_all_are_listed() -> None:
    told = run()
    assert told.output.splitlines()[2].split("  ")[0] == "buyer_named"
    assert "lost_reason_recorded" in told.output
    assert len(told.output.splitlines()) == 12


def test_scripts_get_the_same() -> None:
    one = json.loads(run("buyer_named", "--json").output)
    assert one["key"] == "buyer_named"
    assert one["evidence"] == "one contact on the deal"
    assert one["owed_by"] == "deals of the type new"
    assert one in json.loads(run("--json").output)


def test_what_only_an_older_version_has_is_near_as_well(tmp_path: Path) -> None:
    stages = "stages: [{key: a, name: A, probability: 0.5, steps: [{key: demonstrated, name: S, mandatory: true}]}]"
    process = (
        f"versions:\n  - {{{stages}}}\n  - {{in_force_from: 2026-01-01, {stages.replace('demonstrated', 'signed')}}}\n"
    )
    (tmp_path / "acme" / "process.yml").write_text(process)
    assert run("demonstratd").output == "process.yml has no 'demonstratd'; did you mean 'demonstrated'?\n"
    assert "demonstrated" not in run("demonstratd", "--in-version", "2").output


def test_what_is_not_there_is_told_with_what_is_near() -> None:
    told = run("final_amont")
    assert told.exit_code == 2
    assert told.output == "process.yml has no 'final_amont'; did you mean 'final_amount'?\n"
    assert run("final_amount", "--in-version", "7").output == "There is no version 7; process.yml has 1 to 1.\n"
