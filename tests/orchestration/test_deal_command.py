"""The command `plumbline deal` and its like: text or JSON, and what is said where there is no warehouse to read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from tests.e2e.company import make_workspace
from tests.orchestration.deal_world import build


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("deals"))


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("PLUMBLINE_HOME", str(home))
    return CliRunner().invoke(main, ["deal", *arguments])


def test_the_command_tells_text_or_json_or_what_to_do(warehouse: Path, tmp_path: Path, monkeypatch) -> None:
    home = make_workspace(tmp_path / "acme", "alpha")
    assert "Nothing is published in this workspace yet" in run(home, monkeypatch, "silent").output
    (home / "data" / "published").mkdir(parents=True, exist_ok=True)
    shutil.copy(warehouse, home / "data" / "published" / "warehouse.duckdb")
    shown = run(home, monkeypatch, "silent")
    assert (shown.exit_code, shown.output.splitlines()[0][:26]) == (0, "Silent Mill (acme:silent),")
    story = json.loads(run(home, monkeypatch, "silent", "--json").output)
    [step] = [step for step in story["steps"] if step["key"] == "conversation_held"]
    assert (step["state"], step["verdict"], step["evidence"]) == ("missing", "not recorded", [])
    assert step["left_stage_at"] == "2024-03-06T10:00:00+01:00"
    unknown = run(home, monkeypatch, "silnet")
    assert unknown.exit_code == 2
    assert "Near it are" in unknown.output


@pytest.mark.parametrize("words", [["deal", "silent"], ["query", "select 1"], ["forecast"]])
def test_a_file_that_is_no_warehouse_is_named_with_what_to_do(tmp_path: Path, monkeypatch, words: list[str]) -> None:
    home = make_workspace(tmp_path / "acme", "alpha")
    (home / "data" / "published").mkdir(parents=True, exist_ok=True)
    (home / "data" / "published" / "warehouse.duckdb").write_text("torn")
    monkeypatch.setenv("PLUMBLINE_HOME", str(home))
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1
    assert "warehouse.duckdb can't be read as a warehouse" in told.output
    assert "Run `plumbline sync`" in told.output


@pytest.mark.parametrize("words", [["deal", "silent"], ["query", "select 1"], ["forecast"], ["check", "--offline"]])
def test_a_warehouse_that_another_program_writes_to_is_named_with_that_program(
    tmp_path: Path, monkeypatch, words: list[str]
) -> None:
    """A BI tool opened the file as if it were its own; no night is needed, and none would help."""
    home = make_workspace(tmp_path / "acme", "alpha")
    path = home / "data" / "published" / "warehouse.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    (home / "waivers.csv").write_text(
        "deal,step,given_by,given_on,reason,until\nalpha:1,final_amount,Bo,2026-01-02,so,\n"
    )
    monkeypatch.setenv("PLUMBLINE_HOME", str(home))
    tool = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", tool, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as bi_tool:
        assert bi_tool.stdout is not None
        assert bi_tool.stdout.readline() == "open\n"
        told = CliRunner().invoke(main, words)
        bi_tool.communicate()
    assert told.exit_code == 1
    assert f"{path} is open for writing in another program" in told.output
    assert f"(PID {bi_tool.pid})" in told.output
    assert "Open it there read-only" in told.output
