"""A hundred syncs killed with -9 after a random number of answers, a quarter of them for each CRM.

Afterwards the lake tells what an undisturbed one tells, and little was fetched twice.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from connectors.sandbox import DEFAULT_NOW, Organisation, Sandbox
from connectors.sandbox.world import World
from connectors.sync import Limits
from tests.e2e.accounts import CRMS, Account, start
from tests.e2e.test_faults import told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

KILLS, DEALS, BATCH = 25, 300, 100
AGAIN = {"hubspot": 14, "salesforce": 14, "pipedrive": 28, "odoo": 14}
"""Requests that one kill may cost: the pages of a batch, those read ahead, and a pass's first questions.

Pipedrive tells a deal's changes by a call of their own, so that a batch of them is a dozen calls.
"""

NURSERY = """
import json, os, sys
from datetime import datetime
from pathlib import Path
from connectors.lake import Lake
from connectors.registry import open_connector
from connectors.settings import ConnectionSettings
from connectors.sync import Limits, sync_connection
given = json.loads(sys.argv[1])
settings, now = ConnectionSettings(**given["settings"]), datetime.fromisoformat(given["now"])
__import__("connectors." + settings.kind + ".open")
for _ in sys.stdin:  # each line is a child that syncs until it ends or is killed
    pid = os.fork()
    if pid == 0:
        connector = open_connector(settings, env=given["env"], clock=lambda: now, workspace=Path(given["folder"]))
        lake = Lake(Path(given["folder"]) / "lake")
        outcome = sync_connection(connector, lake, clock=lambda: now, limits=Limits(batch_rows=given["batch"]))
        os._exit(0 if outcome.state == "good" else 1)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Nursery:
    """A process that has imported everything and starts syncs by forking, which takes no time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begin(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """The wait status of the sync begun last."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def nursery(account: Account, now: datetime) -> Iterator[Nursery]:
    given = {
        "settings": account.settings.model_dump(mode="json"),
        "env": account.env,
        "folder": str(account.folder),
        "now": now.isoformat(),
        "batch": BATCH,
    }
    command = [sys.executable, "-c", NURSERY, json.dumps(given)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def _asked(sandbox: Sandbox[World]) -> int:
    return int(sandbox.stats("t")["requests"])


def _kill_after(sandbox: Sandbox[World], running: Nursery, requests: int) -> bool:
    """Start a sync and kill it once it has been answered so often; False when it ended before."""
    until = _asked(sandbox) + requests
    pid = running.begin()
    while _asked(sandbox) < until and Path(f"/proc/{pid}").exists():
        time.sleep(0.0005)  # the server answers in this very process
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(running.ended())


@pytest.mark.parametrize("crm", CRMS)
def test_a_killed_sync_loses_nothing_and_repeats_little(crm: str, tmp_path: Path) -> None:
    chance = random.Random(f"{crm} 2026")
    with start(crm, {"t": Organisation(seed=31, deals=DEALS)}) as sandbox:
        calm = Account(crm, sandbox, "t", tmp_path / "calm")
        calm.good_sync(lambda: DEFAULT_NOW, limits=Limits(batch_rows=BATCH))
        whole = _asked(sandbox)
        wild = Account(crm, sandbox, "t", tmp_path / "wild")
        wild.folder.mkdir()
        struck = 0
        with nursery(wild, DEFAULT_NOW) as running:
            for _ in range(KILLS):
                struck += _kill_after(sandbox, running, chance.randint(1, max(2, whole // 8)))
            running.begin()
            assert running.ended() == 0, "the sync after the last kill is good"
        fetched = _asked(sandbox) - whole
        assert struck >= KILLS // 2, "most of the kills should have struck a running sync"
        assert fetched <= whole + KILLS * AGAIN[crm], f"{fetched} requests, undisturbed {whole}"
        assert told(wild.lake, crm, "acme") == told(calm.lake, crm, "acme")
