"""Prints what a sync of many records costs: rows per second, and the peak of memory after each part.

Run alone: `python tests/benchmarks/lake_memory.py [rows]`. It measures and never judges.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from connectors.contract import Page, Record, Stream, Traffic
from connectors.lake import Lake
from connectors.sync import sync_connection

PAGE = 100
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


class Endless:
    """A CRM whose deals are made up page by page, so that only the sync needs memory. Some are deleted untold."""

    connection, crm = "acme", "fake"

    def __init__(self, rows: int) -> None:
        self.rows, self.gone, self.traffic = rows, 0, Traffic()

    def streams(self) -> Sequence[Stream]:
        return [Stream("deals", "fake/deals", essential=True)]

    def pages(self, _stream: Stream, *, position: Mapping[str, Any], synced_to: datetime | None) -> Iterator[Page]:
        if synced_to is not None:
            yield Page([], {}, last=True)
            return
        for begin in range(position.get("next", 0), self.rows, PAGE):
            end = min(begin + PAGE, self.rows)
            records = [Record(f"{n:012d}", payload(n), WRITTEN) for n in range(begin, end)]
            yield Page(records, {"next": end}, last=end == self.rows)

    def count(self, _stream: Stream) -> int:
        return self.rows - self.gone

    def sweep(self, _stream: Stream) -> Iterator[str]:
        return (f"{n:012d}" for n in range(self.gone, self.rows))

    def read(self, _stream: Stream, _ids: Sequence[str]) -> Iterator[Page]:
        return iter(())

    def history_check(self) -> None:
        return None

    def absent_fields(self, stream: Stream) -> Sequence[str]:
        return ()

    def notes(self, stream: Stream) -> list[str]:
        return []

    def probe(self) -> list[str]:
        return []

    def close(self) -> None:
        return None


def payload(n: int) -> str:
    """A deal with some history, around 1,000 characters that compress no better than real ones."""
    noise = random.Random(n)
    history = [
        {
            "value": f"{noise.getrandbits(40)}",
            "timestamp": f"2026-01-0{s}T00:00:00Z",
            "sourceId": f"{noise.getrandbits(40)}",
        }
        for s in range(1, 9)
    ]
    return json.dumps({"id": n, "properties": {"dealname": f"Deal {n}", "amount": n % 9973}, "history": history})


def measured(what: str, rows: int, act: Any) -> Any:
    began = time.perf_counter()
    result = act()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:42} {seconds:7.1f} s {rows / seconds:12,.0f} rows/s   peak {peak:6.0f} MB", flush=True)
    return result


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        lake, crm = Lake(Path(folder) / "lake"), Endless(rows)
        measured(
            "making the pages alone",
            rows,
            lambda: sum(len(p.records) for p in crm.pages(None, position={}, synced_to=None)),
        )
        first = measured("first pass", rows, lambda: sync_connection(crm, lake))
        second = measured("a night without changes", rows, lambda: sync_connection(crm, lake))
        crm.gone = rows // 20
        third = measured(f"a night with {crm.gone:,} untold deletions", rows, lambda: sync_connection(crm, lake))
        measured("reading every latest payload", rows, lambda: sum(1 for _ in lake.payloads("fake/deals", "acme")))
        measured("compaction", rows, lambda: lake.compact(0))
        measured("forgetting a person (nobody matches)", rows, lambda: lake.forget(["ann@example.com"]))
        size = sum(p.stat().st_size for p in Path(folder).rglob("*.parquet")) / 2**20
        print([outcome.state for outcome in (first, second, third)], f"lake {size:.0f} MB")


if __name__ == "__main__":
    main()
