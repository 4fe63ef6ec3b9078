"""Lines of waivers.csv that lift nothing: what is wrong with them, in words for the operator.

Faults of the file are found when it is read (expectations/waivers.py). Whether a deal exists only a warehouse can tell,
so deals are looked up here.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from expectations.waivers import of_unknown_deals
from orchestration.manifest import WAIVERS_FILE
from orchestration.settings import Workspace


def idle_waivers(workspace: Workspace, warehouse: Path, unread: Collection[str] = ()) -> list[str]:
    """Every line that lifts nothing; deals of connections in `unread` (never read whole) are not looked for."""
    told = [str(problem) for problem in workspace.waivers.problems]
    named = [
        one for one in workspace.waivers.given if one.deal is not None and one.deal.partition(":")[0] not in unread
    ]
    if not named or not warehouse.is_file():
        return told
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select deal_key from marts.dim_deals where deal_key in (select unnest(?))", [[one.deal for one in named]]
        ).fetchall()
    return told + [str(problem) for problem in of_unknown_deals(WAIVERS_FILE, named, {key for (key,) in found})]
