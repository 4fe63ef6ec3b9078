"""Our sync beside other people's readers on the same simulated CRMs: speed, requests, memory. It prints, never judges.

All read every deal with its stage history; whoever can't be installed or run is named with the reason. The processor
is shared with the simulated CRM, so only figures of one run compare. `PLUMBLINE_BENCH_PEER_DEALS=500` makes it short.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.sandbox.salesforce.words import client_id
from tests.benchmarks.contestants import TOKEN, Contestant, Reading, Skipped, bare, run, turn

DEALS = int(os.environ.get("PLUMBLINE_BENCH_PEER_DEALS", "5000"))
LATENCIES = (0.0, 0.15)
THREADS = 4
OURS = Contestant("plumbline", "ours.py", None, ("hubspot", "pipedrive", "salesforce"))
PEERS = (
    Contestant("dlt rest_api", "by_dlt.py", "dlt.txt", ("hubspot", "pipedrive")),
    Contestant("meltano tap-hubspot", "hubspot_by_meltano.py", "meltano_tap_hubspot.txt", ("hubspot",)),
    Contestant("singer tap-hubspot", "hubspot_by_singer.py", "tap_hubspot.txt", ("hubspot",)),
    Contestant("singer tap-pipedrive", "pipedrive_by_singer.py", "tap_pipedrive.txt", ("pipedrive",)),
    Contestant("singer tap-salesforce", "salesforce_by_singer.py", "tap_salesforce.txt", ("salesforce",)),
    Contestant("simple-salesforce REST", "salesforce_by_rest.py", "simple_salesforce.txt", ("salesforce",)),
    Contestant("simple-salesforce Bulk", "salesforce_by_bulk.py", "simple_salesforce.txt", ("salesforce",)),
)
# Readers that ask once a deal take long at 150 ms each.
SHARE = {"pipedrive": 5}

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(2 * 3600)]


@contextmanager
def served(crm: str, deals: int) -> Iterator[str]:
    """The simulated CRM in a process of its own, with every story kept in memory."""
    command = [sys.executable, "-m", "connectors.sandbox", "--crm", crm, "--deals", str(deals), "--keep", str(deals),
               "--token", TOKEN]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def shown(name: str, reading: Reading, bare_seconds: float) -> str:
    seconds = reading.seconds
    return (
        f"  {name:24}{seconds:9.2f} s {reading.rows / seconds:10,.0f} rows/s {reading.deals / seconds:9,.0f} deals/s "
        f"{reading.requests:7,} requests {reading.bytes / 1e6:8.1f} MB {reading.memory / 1e6:6,.0f} MB peak "
        f"{seconds / bare_seconds:7.2f} x bare"
    )


@pytest.mark.parametrize("crm", OURS.crms)
def test_deals_with_their_history(crm: str, tmp_path: Path) -> None:
    deals = max(1, DEALS // SHARE.get(crm, 1))
    lines = [f"{crm}: {deals:,} deals with their stage history ('deals/s' are those that came with it)"]
    with served(crm, deals) as url:
        client = client_id(TOKEN) if crm == "salesforce" else "-"
        run(OURS, crm, url, client, tmp_path / "warm")  # has every story told once, which is the simulation's cost
        for latency in LATENCIES:
            turn(url, latency_seconds=latency)
            folder = tmp_path / f"{latency:g}"
            ours = run(OURS, crm, url, client, folder / OURS.script)
            headers = {"Authorization": f"Bearer {TOKEN}", "x-api-token": TOKEN}
            alone, abreast = bare(ours.sent, headers, 1), bare(ours.sent, headers, THREADS)
            lines += [
                f" {latency * 1000:.0f} ms latency: bare downloading {alone:.2f} s, {THREADS} abreast {abreast:.2f} s",
                shown(OURS.name, ours, alone),
            ]
            for peer in (peer for peer in PEERS if crm in peer.crms):
                try:
                    lines.append(shown(peer.name, run(peer, crm, url, client, folder / peer.script), alone))
                except Skipped as why:
                    lines.append(f"  {peer.name:24} {why}")
    print("\n" + "\n".join(lines))
