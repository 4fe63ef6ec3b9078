"""A target of a team or owner that nobody is in is told by the warehouse; before everything was read, nobody asks."""

from __future__ import annotations

from pathlib import Path

import duckdb
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.idle_targets import idle_targets
from orchestration.settings import Workspace
from tests.e2e.company import make_workspace

LINES = """\
level,name,period,amount
company,,2026-Q1,1000000
team,Alps,2026-03,5000
team,Alp,2026-03,5000
owner,Ann@x.org,2026-03,400
owner,bo@x.org,2026-03,400
owner,ann@x.org,2026-13,400
"""
WRONG = "targets.csv:7: period: '2026-13' is no period; write a month like 2026-03, or a fiscal quarter like 2026-Q1"


def test_targets_of_nobody_are_named(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "acme", "alpha", "beta")
    (home / "targets.csv").write_text(LINES)
    workspace, warehouse = Workspace(home), tmp_path / "warehouse.duckdb"
    assert idle_targets(workspace, warehouse) == [WRONG]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts; create table marts.dim_teams as select 'Alps' as team")
        connection.execute("create table marts.dim_owners as select 'ann@x.org' as owner_key")
    assert idle_targets(workspace, warehouse) == [
        WRONG,
        "targets.csv:4: name: there is no team 'Alp', so nothing counts towards this; did you mean 'Alps'?",
        "targets.csv:6: name: there is no owner 'bo@x.org', so nothing counts towards this; did you mean 'ann@x.org'?",
    ]
    assert idle_targets(workspace, warehouse, unread=["beta"]) == [WRONG]


def test_check_names_a_line_that_sets_no_target(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "acme", "alpha")
    (home / "targets.csv").write_text(LINES)
    told = CliRunner().invoke(main, ["check", "--offline"], env={"PLUMBLINE_HOME": str(home)})
    assert told.exit_code == 1
    assert f"A target that nothing counts towards: {WRONG}" in told.output
