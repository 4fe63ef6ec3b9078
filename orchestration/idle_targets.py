"""Lines of targets.csv that nothing can count towards: what is wrong with them, in words for the operator.

Faults of the file are found when it is read (expectations/targets.py). Which teams and owners there are only a
warehouse can tell, so they are looked up here.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from expectations.targets import of_unknown_names
from orchestration.manifest import TARGETS_FILE
from orchestration.settings import Workspace


def idle_targets(workspace: Workspace, warehouse: Path, unread: Collection[str] = ()) -> list[str]:
    """Every line that sets no target; while a connection was never read, whom it would bring is not known yet."""
    told = [str(problem) for problem in workspace.targets.problems]
    named = [one for one in workspace.targets.given if one.name is not None]
    if not named or unread or not warehouse.is_file():
        return told
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        teams = connection.execute("select team from marts.dim_teams where team is not null").fetchall()
        owners = connection.execute("select owner_key from marts.dim_owners").fetchall()
    known = [str(problem) for problem in of_unknown_names(
        TARGETS_FILE, named, {team for (team,) in teams}, {owner for (owner,) in owners}
    )]  # fmt: skip
    return told + known
