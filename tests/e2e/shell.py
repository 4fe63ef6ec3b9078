"""The command line as a user has it: a process of its own, its exit code, what it printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HANGS = 1500
"""Seconds after which a command is taken to hang. A night takes a minute or two of a machine's own two cores; tests run
beside other work, which made it ten times as long. The limit of a whole test, 1,800 s, leaves room to tell why."""


def plumbline(
    *words: str, home: Path | None = None, env: Mapping[str, str] | None = None, seconds: float = HANGS
) -> subprocess.CompletedProcess[str]:
    """Run `plumbline words…` in the workspace `home`, with nothing but `env` added to the environment."""
    variables = {**os.environ, "DO_NOT_TRACK": "1", "NO_COLOR": "1", **(env or {})}
    variables.pop("PLUMBLINE_HOME", None)
    if home is not None:
        variables["PLUMBLINE_HOME"] = str(home)
    command = [str(Path(sys.executable).with_name("plumbline")), *words]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=seconds, check=False)


def rows(home: Path, sql: str) -> list[dict[str, Any]]:
    """The rows that `plumbline query` gives of the published warehouse."""
    done = plumbline("query", sql, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def published(home: Path) -> dict[str, list[dict[str, Any]]]:
    """Every verdict that is published, by connection."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(home, "select connection, deal_key, step_key, state from marts.fct_step_results order by all"):
        found.setdefault(row["connection"], []).append(row)
    return found
