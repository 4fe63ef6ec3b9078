"""waivers.csv: which step was lifted for which deal (or for all), by whom, when, why and until when.

The meaning of its lines belongs here; reading CSV is csvfile.py's. A line that is wrong lifts nothing and takes none of
the others with it: its fault is told, and the night goes on. What a waiver does to a verdict is the dbt models' work.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from connectors.configfile import ConfigProblems, Problem, did_you_mean
from expectations.csvfile import Cells, day_in, read_lines, rewritten
from expectations.process import Process

COLUMNS = ("deal", "step", "given_by", "given_on", "reason", "until")
NEEDED = {name: f"the columns are {', '.join(COLUMNS)}" for name in COLUMNS[:5]}
MISSING = {
    "step": ("the step is missing", "name the step of process.yml that is not owed"),
    "given_by": ("who gave it is missing", "name the person who answers for it"),
    "given_on": ("the day is missing", "write the day on which it was given, like 2026-01-31"),
    "reason": ("the reason is missing", "say in a few words why the step is not owed"),
}


@dataclass(frozen=True, slots=True)
class Waiver:
    """One line. Both days are the company's and included; `deal` None: every deal; `until` None: without an end."""

    line: int
    deal: str | None
    step: str
    given_by: str
    given_on: date
    reason: str
    until: date | None = None

    @property
    def waiver_id(self) -> str:
        """Stays the same when lines are added or sorted."""
        return f"{self.deal or 'every deal'} / {self.step} / {self.given_on}"


@dataclass(frozen=True, slots=True)
class Waivers:
    """The lines that count, and what is wrong with the others."""

    given: tuple[Waiver, ...] = ()
    problems: tuple[Problem, ...] = ()


def load_waivers(path: Path, process: Process, connections: Collection[str]) -> Waivers:
    """The lines of waivers.csv; none where there is no such file.

    Raises ConfigProblems when the file as a whole can't be read (encoding, columns): then nobody knows what it lifts.
    """
    if not path.is_file():
        return Waivers()
    problems: list[Problem] = []
    steps = {step.key for _, step in process.steps()}
    lines = list(read_lines(path, COLUMNS, NEEDED, problems))
    if problems and problems[0].line == 1:
        raise ConfigProblems(problems)
    read = (_waiver(path.name, line, row, steps, connections, problems) for line, row in lines)
    given = list(_once(path.name, (one for one in read if one is not None), problems))
    return Waivers(tuple(given), tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def of_unknown_deals(file: str, given: Iterable[Waiver], known: Collection[str]) -> list[Problem]:
    """The waivers whose deal no connection has; only a warehouse can tell, so they are told when there is one."""
    return [
        Problem(
            file, one.line, "deal", one.deal, f"no connection has a deal {one.deal!r}, so this lifts nothing",
            "take the deal_key from marts.dim_deals: connection:id",
        )
        for one in given
        if one.deal is not None and one.deal not in known
    ]  # fmt: skip


def without(path: Path, addresses: Collection[str], instead: str) -> str | None:
    """The file's text with `instead` wherever it names one of these people; None where it names none of them."""
    named = [re.escape(address) for address in addresses if "@" in address]
    pattern = re.compile(rf"(?i)(?<![\w.+-])({'|'.join(named)})(?!\w)") if named else None
    gone = {address.lower() for address in addresses}

    def changed(cells: dict[str, str]) -> dict[str, str]:
        given_by = instead if cells.get("given_by", "").strip().lower() in gone else cells.get("given_by", "")
        kept = {**cells, "given_by": given_by} if "given_by" in cells else cells
        return {name: pattern.sub(instead, cell) if pattern else cell for name, cell in kept.items()}

    return rewritten(path, changed)


def _waiver(
    file: str, line: int, row: Cells, steps: Collection[str], connections: Collection[str], problems: list[Problem]
) -> Waiver | None:
    found: list[Problem] = []
    found += (Problem(file, line, name, None, *words) for name, words in MISSING.items() if row[name] is None)
    deal, step = row.get("deal"), row["step"]
    given_on = day_in(file, line, "given_on", row, found)
    until = day_in(file, line, "until", row, found)
    if step is not None and step not in steps:
        found.append(Problem(file, line, "step", step, f"there is no step {step!r}", did_you_mean(step, steps)))
    found += _deal_faults(file, line, deal, connections)
    if given_on and until and until < given_on:
        message = f"{until} lies before given_on ({given_on}), so this lifts nothing"
        found.append(Problem(file, line, "until", str(until), message, "exchange them; both days are included"))
    problems += found
    by, why = row["given_by"], row["reason"]
    if found or step is None or by is None or why is None or given_on is None:
        return None
    return Waiver(line, deal, step, by, given_on, why, until)


def _deal_faults(file: str, line: int, deal: str | None, connections: Collection[str]) -> Iterator[Problem]:
    if deal is None:
        return
    connection, colon, number = deal.partition(":")
    if not colon or not number:
        fix = "write connection:id, as deal_key in marts.dim_deals"
        yield Problem(file, line, "deal", deal, f"{deal!r} is not the key of a deal", fix)
    elif connection not in connections:
        fix = did_you_mean(connection, connections)
        yield Problem(file, line, "deal", deal, f"there is no connection {connection!r}", fix)


def _once(file: str, given: Iterable[Waiver], problems: list[Problem]) -> Iterator[Waiver]:
    seen: dict[str, int] = {}
    for one in given:
        if one.waiver_id in seen:
            message = f"line {seen[one.waiver_id]} lifts this step of the same deal from the same day on"
            problems.append(Problem(file, one.line, "deal", one.deal, message, "keep one of the two"))
            continue
        seen[one.waiver_id] = one.line
        yield one
