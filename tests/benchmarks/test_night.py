"""What a night costs: seconds of each part, peak memory, the sync against bare downloading. It prints, never judges.

`PLUMBLINE_BENCH_DEALS=20000 make bench` takes fewer deals than the 100,000 of the default.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest
import requests

from connectors.sandbox import Organisation
from orchestration.demo import Company, write_demo_workspace

DEALS = int(os.environ.get("PLUMBLINE_BENCH_DEALS", "100000"))
THREADS = 4  # as many as the connector has under way at once
SEED = 7
LISTED = ("deals", "meetings", "calls", "emails", "quotes", "line_items")
PARTS = {
    "Preparing…": "start", "Syncing…": "sync", "Building staging…": "staging", "Gate…": "gate",
    "Building marts…": "marts", "Compliance, step by step…": "compliance", "Audit…": "audit",
    "Publishing…": "publish and ledger", "end": "",
}  # fmt: skip

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3 * 3600)]


@contextmanager
def served(company: Company) -> Iterator[str]:
    """The simulated CRM in a process of its own, with every story kept in memory."""
    command = [sys.executable, "-m", "connectors.sandbox", "--seed", str(SEED), "--deals", str(DEALS),
               "--keep", str(DEALS), "--token", company.token("acme")]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def warm(url: str, session: requests.Session) -> None:
    """Have every story told once and every index built, which is the simulation's cost and nobody else's."""
    for kind in LISTED:
        after: str | None = ""
        while after is not None:
            params = {"limit": "100", "properties": "hs_object_id", **({"after": after} if after else {})}
            page = session.get(f"{url}/crm/v3/objects/{kind}", params=params).json()
            after = page.get("paging", {}).get("next", {}).get("after")
        session.post(f"{url}/crm/v3/objects/{kind}/search", json={"limit": 1})


def _memory(process: int) -> int:
    """Bytes of a process and all below it; pages that several share count once for each."""
    total = 0
    try:
        total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for task in Path(f"/proc/{process}/task").iterdir():
            total += sum(_memory(int(child)) for child in (task / "children").read_text().split())
    except OSError:  # it has just ended
        pass
    return total


def measured(home: Path, company: Company) -> tuple[dict[str, Any], dict[str, int]]:
    """Run the night; what it reports, and the peak of memory in each of its parts."""
    report, script = home / "report.json", Path(__file__).with_name("measured_night.py")
    peaks: list[tuple[float, int]] = []
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, str(script), str(home), company.now.isoformat(), str(report)]) as process:
        while process.poll() is None:
            peaks.append((time.perf_counter() - began, _memory(process.pid)))
            time.sleep(0.1)
    assert process.returncode == 0
    facts = orjson.loads(report.read_bytes())
    marks = [(PARTS[line], at) for line, at in facts["marks"] if line in PARTS]
    late = peaks[-1][0] - marks[-1][1]  # imports, before its clock began
    by_part = {
        part: max((size for at, size in peaks if begin <= at - late < end), default=0)
        for (part, begin), (_, end) in pairwise(marks)
    }
    return facts, by_part


def downloaded(sent: Sequence[Any], session: requests.Session, threads: int) -> float:
    """Seconds for the same requests and nothing else: no parsing, no waiting for limits, no lake."""
    mine = threading.local()

    def fetch(request: Any) -> None:
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.headers.update(session.headers)
        method, url, params, body = request
        json = {"Content-Type": "application/json"}
        mine.session.request(method, url, params=params, data=body, headers=json if body else None).raise_for_status()

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(fetch, sent):
            pass
    return time.perf_counter() - began


def slowest_models(home: Path, count: int = 12) -> list[str]:
    """By dbt's own watch, as it told while it built; two models run at once."""
    told = (home / "data" / "logs" / "last_night.out").read_text(errors="replace")
    found = re.findall(r"OK created sql table model (\S+) \.*.*? in ([0-9.]+)s\]", told)
    slowest = sorted(found, key=lambda model: float(model[1]), reverse=True)[:count]
    return [f"{float(seconds):8.1f} s  {name}" for name, seconds in slowest]


def test_a_night(tmp_path: Path) -> None:
    home = tmp_path / "home"
    company = Company({"acme": Organisation(seed=SEED, deals=DEALS)})
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {company.token('acme')}"
    with served(company) as url:
        write_demo_workspace(home, company, url)
        settings = home / "connections.yml"
        settings.write_text(settings.read_text().replace("max_minutes: 10", "max_minutes: 600"))
        warm(url, session)
        facts, memory = measured(home, company)
        assert facts["published"], facts["record"]
        bare, abreast = downloaded(facts["requests"], session, 1), downloaded(facts["requests"], session, THREADS)
    marks = [(PARTS[line], at) for line, at in facts["marks"] if line in PARTS]
    seconds = {part: end - begin for (part, begin), (_, end) in pairwise(marks)}
    [alone] = [at for line, at in facts["marks"] if line == "sync alone"]
    with duckdb.connect(str(home / "data" / "published" / "warehouse.duckdb"), read_only=True) as warehouse:
        [[rows, size]] = warehouse.execute("select sum(rows_read), sum(bytes) from marts.fct_sync_runs").fetchall()
    lines = [f"A night on {DEALS:,} simulated deals, {rows:,} rows of {size / 1e6:,.0f} MB, {os.cpu_count()} cores"]
    lines += [f"{seconds[part]:8.1f} s  {memory[part] / 1e6:8,.0f} MB peak  {part}" for part in seconds]
    lines += [
        f"{sum(seconds.values()):8.1f} s  {max(memory.values()) / 1e6:8,.0f} MB peak  in all",
        f"sync alone {alone:.1f} s, {rows / alone:,.0f} rows/s, {len(facts['requests']):,} requests",
        f"bare downloading one by one {bare:.1f} s: the sync takes {alone / bare:.2f} of it",
        f"bare downloading {THREADS} abreast {abreast:.1f} s: the sync takes {alone / abreast:.2f} of it",
        f"dbt {rows / (seconds['staging'] + seconds['marts']):,.0f} rows/s (staging {rows / seconds['staging']:,.0f})",
        "slowest models:", *slowest_models(home),
    ]  # fmt: skip
    print("\n" + "\n".join(lines))
