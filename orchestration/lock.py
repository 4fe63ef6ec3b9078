"""One night at a time per workspace: an operating-system lock that dies with its process.

Only the lock belongs here; who takes it (a night, a compaction, a forget, a replay) decides for itself. The lock is
re-entrant inside a process, because the command line takes it before Dagster's first step asks for it again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO


class NightRunning(Exception):
    """Somebody else works on this workspace; the text says who and since when."""


@dataclass(slots=True)
class _Held:
    handle: IO[str]
    depth: int


_HELD: dict[Path, _Held] = {}


def _refusal(path: Path, wanted: str) -> NightRunning:
    """What to tell the second comer. The file may be empty for the instant between lock and note."""
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        who = f"{note['purpose']} (process {note['pid']}) has been running since {note['since']}"
    except (OSError, ValueError, KeyError):
        who = "another process is running"
    return NightRunning(
        f"Can't start {wanted}: {who} in this workspace ({path}). "
        "Wait until it ends; nothing was changed. If it hangs, end that process: the lock goes with it."
    )


def acquire(path: Path, purpose: str) -> None:
    """Take the lock at `path` or raise NightRunning; taking it again in the same process only counts."""
    path = path.resolve()
    if path in _HELD:
        _HELD[path].depth += 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise _refusal(path, purpose) from error
    handle.seek(0)
    handle.truncate()
    note = {"pid": os.getpid(), "purpose": purpose, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}
    json.dump(note, handle)
    handle.flush()
    _HELD[path] = _Held(handle, 1)


def release(path: Path) -> None:
    """Give back one taking; the last one unlocks."""
    path = path.resolve()
    held = _HELD[path]
    held.depth -= 1
    if held.depth == 0:
        del _HELD[path]
        # The note goes before the lock does, so that nobody reads of a night that has ended.
        held.handle.seek(0)
        held.handle.truncate()
        held.handle.close()


@contextmanager
def night_lock(path: Path, purpose: str) -> Iterator[None]:
    """Hold the workspace for the length of a `with` block."""
    acquire(path, purpose)
    try:
        yield
    finally:
        release(path)
