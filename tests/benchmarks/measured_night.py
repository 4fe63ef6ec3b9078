"""A night in a process of its own that writes down when each part began and which requests were sent.

Run by test_night.py: `python measured_night.py HOME AS_OF REPORT`. It changes nothing that a night does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from connectors.http.transport import Transport
from orchestration.night import Night
from orchestration.run import run_night
from orchestration.settings import Workspace

Sent = tuple[str, str, Mapping[str, str] | None, str | None]


def main(home: Path, as_of: datetime, report: Path) -> None:
    began = time.perf_counter()
    marks: list[tuple[str, float]] = []
    requests: list[Sent] = []
    send, sync = Transport.send, Night.sync

    def listed(self: Transport, method: str, url: str, *, params: Any = None, body: Any = None, **rest: Any) -> Any:
        requests.append((method, url, params, body.decode() if body else None))
        return send(self, method, url, params=params, body=body, **rest)

    def timed(self: Night) -> Any:
        at = time.perf_counter()
        try:
            return sync(self)
        finally:
            marks.append(("sync alone", time.perf_counter() - at))

    def say(line: str) -> None:
        marks.append((line, time.perf_counter() - began))

    Transport.send, Night.sync = listed, timed  # type: ignore[method-assign]
    result = run_night(Workspace.find(home), as_of=as_of, say=say)
    marks.append(("end", time.perf_counter() - began))
    facts = {"published": result.published, "record": result.record, "marks": marks, "requests": requests}
    report.write_bytes(orjson.dumps(facts, default=str))


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), Path(sys.argv[3]))
