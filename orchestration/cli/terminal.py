"""How commands speak: progress lines, tables, JSON, and a user's mistake in words instead of a traceback.

Only speaking belongs here.
"""

from __future__ import annotations

import errno
import functools
import json
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ParamSpec, TextIO, TypeVar

import click
import duckdb

from connectors.configfile import ConfigProblems
from connectors.contract import ConnectorError
from connectors.lake import LakeError
from orchestration.lock import NightRunning
from orchestration.manifest import NoSuchNight
from orchestration.publish.interface import PublishError
from orchestration.settings import NoWorkspace

CONCERN, WRONG_USE = 1, 2
HELD = re.compile(
    r'Could not set lock on file "(?P<file>[^"]*)": Conflicting lock is held in (?P<holder>.*? \(PID \d+\))'
)

P = ParamSpec("P")
R = TypeVar("R")


class Stop(Exception):
    """End the command with these words and this exit code."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


def plain_words(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command end in words and an exit code when something is wrong that a person can put right."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ConfigProblems as problems:
            raise _ended(str(problems), WRONG_USE) from problems
        except (NoWorkspace, NoSuchNight, NightRunning) as error:
            raise _ended(str(error), WRONG_USE) from error
        except (ConnectorError, PublishError, LakeError) as error:
            raise _ended(str(error), CONCERN) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # `plumbline query … | head`: click knows what to do
                raise
            raise _ended(f"{error.filename or 'The system'}: {error.strerror or error}", CONCERN) from error
        except duckdb.IOException as error:
            words = held_by_a_writer(error)
            if words is None:  # a fault of ours, or of the disk: its place in the code helps
                raise
            raise _ended(words, CONCERN) from error
        except Stop as stop:
            raise _ended(str(stop), stop.code) from stop

    return wrapped


def held_by_a_writer(error: duckdb.IOException) -> str | None:
    """What to do when another program has the warehouse open for writing; None where the error is another one."""
    found = HELD.search(str(error))
    if found is None:
        return None
    return (
        f"{found['file']} is open for writing in another program ({found['holder']}). Open it there read-only, or "
        "close it; a night publishes regardless, because it gives the name to a new file."
    )


def _ended(words: str, code: int) -> SystemExit:
    click.echo(words, err=True)
    return SystemExit(code)


class Progress:
    """Prints a line per event with the seconds since the start. Keeps the terminal it began with, because what
    Dagster and dbt print to the standard output is sent elsewhere while a night runs.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or _own_terminal()
        self.began = time.monotonic()

    def __call__(self, line: str) -> None:
        """Say one line."""
        print(f"{time.monotonic() - self.began:6.1f} s  {line}", file=self.stream, flush=True)


def _own_terminal() -> TextIO:
    try:
        # A copy of the file descriptor: Dagster captures the original one for its own pages.
        return os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    except (OSError, ValueError):
        return sys.stderr


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A plain table; numbers stand to the right."""
    values = [list(row) for row in rows]
    texts = [[shown(value) for value in row] for row in values]
    numeric = [
        bool(values) and all(isinstance(row[i], int | float | Decimal | None) for row in values)
        for i in range(len(headings))
    ]
    widths = [max([len(heading), *(len(row[i]) for row in texts)]) for i, heading in enumerate(headings)]
    lines = [_line(headings, widths, numeric), "  ".join("-" * width for width in widths)]
    return "\n".join([*lines, *(_line(row, widths, numeric) for row in texts)])


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(cells, widths, numeric, strict=True))
    return "  ".join(padded).rstrip()


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value}"


def our_name() -> str:
    """How this reader can call us: by name where the shell finds it, else by the path that was just used."""
    path = Path(sys.argv[0])
    return relative(path) if path.name == "plumbline" and not shutil.which("plumbline") else "plumbline"


def relative(path: Path) -> str:
    """A path as short as it can be said from here."""
    with suppress(ValueError):
        return str(path.absolute().relative_to(Path.cwd()))
    return str(path)


def as_json(value: Any) -> str:
    """JSON for scripts: times in ISO-8601, money as numbers, and null for what is no number."""
    return json.dumps(_finite(value), default=_json_value, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
