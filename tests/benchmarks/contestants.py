"""Runs one contestant of the peers' benchmark: its environment, its process, what it took and what it says of itself.

Which contestants there are, and the table, is test_peers.py's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import requests

PEERS = Path(__file__).with_name("peers")
CACHE = Path(os.environ.get("PLUMBLINE_BENCH_CACHE", Path(tempfile.gettempdir()) / "plumbline-bench"))
TOKEN = "sandbox-token"
INSTALL_SECONDS = 600
RUN_SECONDS = 1200


class Skipped(Exception):
    """A contestant that can't be installed or run; the text says why."""


@dataclass(frozen=True)
class Contestant:
    """A script below peers/, and the requirements of the environment that runs it (None: ours)."""

    name: str
    script: str
    requirements: str | None
    crms: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What one contestant read. Seconds are without imports; memory is the peak of its process."""

    seconds: float
    rows: int
    deals: int
    requests: int
    bytes: int
    memory: int
    sent: Sequence[Any] = ()


def python_of(contestant: Contestant) -> Path:
    """The Python of its environment, which is made once and kept. Raises Skipped."""
    if contestant.requirements is None:
        return Path(sys.executable)
    wanted = PEERS / contestant.requirements
    home = CACHE / wanted.stem
    python, ready = home / "bin" / "python", home / "installed.txt"
    if not ready.exists() or ready.read_text() != wanted.read_text():
        venv.create(home, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(wanted)]
        done = subprocess.run(install, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode:
            raise Skipped(f"could not be installed: {_last_line(done.stderr)}")
        ready.write_text(wanted.read_text())
    return python


def run(contestant: Contestant, crm: str, url: str, client: str, folder: Path) -> Reading:
    """Let it read everything once. Raises Skipped."""
    python = python_of(contestant)
    folder.mkdir(parents=True)
    before = stats(url)
    command = [str(python), str(PEERS / contestant.script), crm, url, TOKEN, client, str(folder)]
    # Its own name in dlt's telemetry and a user's settings are nobody's business here.
    quiet = {"HOME": str(folder), "RUNTIME__DLTHUB_TELEMETRY": "false", "DO_NOT_TRACK": "1"}
    env = {**os.environ, **quiet} if contestant.requirements else {**os.environ}
    with (folder / "told.txt").open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT, env=env, cwd=folder)
        stopper = threading.Timer(RUN_SECONDS, process.kill)
        stopper.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        stopper.cancel()
    result = folder / "result.json"
    if process.returncode or not result.exists():
        raise Skipped(f"could not read: {_last_line((folder / 'told.txt').read_text(errors='replace'))}")
    after, facts = stats(url), orjson.loads(result.read_bytes())
    sent = folder / "sent.json"
    return Reading(
        **facts,
        requests=after["requests"] - before["requests"],
        bytes=after["bytes"] - before["bytes"],
        memory=usage.ru_maxrss * 1024,
        sent=orjson.loads(sent.read_bytes()) if sent.exists() else (),
    )


def bare(sent: Sequence[Any], headers: dict[str, str], threads: int) -> float:
    """Seconds for the same requests and nothing else: no parsing, no limits, no lake, and no waiting for answers."""
    mine = threading.local()

    def fetch(request: Any) -> None:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.headers.update(headers)
        method, url, params, body, accept = request
        more = {"Accept": accept} if accept else {}
        if body:
            more["Content-Type"] = "application/x-www-form-urlencoded" if "oauth" in url else "application/json"
        mine.session.request(method, url, params=params, data=body, headers=more)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(fetch, sent):
            pass
    return time.perf_counter() - began


def stats(url: str) -> dict[str, Any]:
    """What the simulated account has counted so far."""
    return requests.Session().post(f"{url}/_sandbox/stats", json={}).json()[TOKEN]


def turn(url: str, **knobs: Any) -> None:
    """Turn the account's knobs."""
    requests.Session().post(f"{url}/_sandbox/knobs", json={"token": TOKEN, **knobs}).raise_for_status()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1][:200]
