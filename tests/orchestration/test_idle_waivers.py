"""A waiver for a deal that no connection has is told by the warehouse; what was never read is not asked about."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.idle_waivers import idle_waivers
from orchestration.settings import Workspace
from tests.e2e.company import make_workspace

LINES = """\
deal,step,given_by,given_on,reason,until
alpha:1,final_amount,Bo,2026-03-01,agreed,
alpha:2,final_amount,Bo,2026-03-01,agreed,
beta:3,final_amount,Bo,2026-03-01,agreed,
,final_amount,Bo,2026-03-01,agreed,
alpha:1,nothing,Bo,2026-03-01,agreed,
"""


def test_waivers_of_unknown_deals_and_steps_are_named(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "acme", "alpha", "beta")
    (home / "waivers.csv").write_text(LINES)
    workspace, warehouse = Workspace(home), tmp_path / "warehouse.duckdb"
    assert [line.partition("; ")[0] for line in idle_waivers(workspace, warehouse)] == [
        "waivers.csv:6: step: there is no step 'nothing'"
    ]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts; create table marts.dim_deals as select 'alpha:1' as deal_key")
    assert [line.partition(",")[0] for line in idle_waivers(workspace, warehouse, unread=["beta"])] == [
        "waivers.csv:6: step: there is no step 'nothing'; allowed: amount_known",
        "waivers.csv:3: deal: no connection has a deal 'alpha:2'",
    ]
    assert any("'beta:3'" in line for line in idle_waivers(workspace, warehouse))
