"""targets.csv: what the company, a team or an owner is to win in a month or a fiscal quarter.

The meaning of its lines belongs here; reading CSV is csvfile.py's. A line that is wrong sets no target and takes none
of the others with it: its fault is told, and the night goes on. What stands against a target is the dbt models' work.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, get_args

from connectors.configfile import ConfigProblems, Problem, did_you_mean
from expectations.csvfile import Cells, read_lines, rewritten

Level = Literal["company", "team", "owner"]
Grain = Literal["month", "fiscal_quarter"]
COLUMNS = ("level", "name", "period", "amount", "deal_type")
NEEDED = {name: f"the columns are {', '.join(COLUMNS)}" for name in COLUMNS[:4]}
LEVELS: tuple[str, ...] = get_args(Level)
DEAL_TYPES = ("new", "expansion", "renewal", "partner")
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
QUARTER = re.compile(r"(\d{4})-Q([1-4])")
DIGITS = 16
"""Before the point; more is no money."""


@dataclass(frozen=True, slots=True)
class Target:
    """One line. `name` is a team or the owner's e-mail, None for the company; the amount is in the home currency."""

    line: int
    level: str
    name: str | None
    period_grain: Grain
    period_start: date
    amount: Decimal
    deal_type: str = "new"

    @property
    def target_id(self) -> str:
        """Stays the same when lines are added or sorted, or the amount is changed."""
        name = f" {self.name}" if self.name else ""
        return f"{self.level}{name} / {self.deal_type} / {self.period_grain} {self.period_start}"


@dataclass(frozen=True, slots=True)
class Targets:
    """The lines that count, and what is wrong with the others."""

    given: tuple[Target, ...] = ()
    problems: tuple[Problem, ...] = ()


def load_targets(path: Path, fiscal_year_start_month: int) -> Targets:
    """The lines of targets.csv; none where there is no such file.

    Raises ConfigProblems when the file as a whole can't be read (encoding, columns): then nobody knows what it asks.
    """
    if not path.is_file():
        return Targets()
    problems: list[Problem] = []
    lines = list(read_lines(path, COLUMNS, NEEDED, problems))
    if problems and problems[0].line == 1:
        raise ConfigProblems(problems)
    read = (_target(path.name, line, row, fiscal_year_start_month, problems) for line, row in lines)
    given = list(_once(path.name, (one for one in read if one is not None), problems))
    return Targets(tuple(given), tuple(sorted(problems, key=lambda problem: problem.line or 0)))


def of_unknown_names(
    file: str, given: Iterable[Target], teams: Collection[str], owners: Collection[str]
) -> list[Problem]:
    """Targets of teams and owners that no connection has; only a warehouse can tell which those are."""
    known = {"team": teams, "owner": owners}
    return [
        Problem(
            file, one.line, "name", one.name, f"there is no {one.level} {one.name!r}, so nothing counts towards this",
            did_you_mean(one.name, known[one.level]) if known[one.level] else f"leave it until there are {one.level}s",
        )
        for one in given
        if one.name is not None and one.name not in known[one.level]
    ]  # fmt: skip


def without(path: Path, addresses: Collection[str]) -> str | None:
    """The file's text without the targets of these people; None where it names none of them."""
    gone = {address.lower() for address in addresses}
    return rewritten(path, lambda cells: None if cells.get("name", "").strip().lower() in gone else cells)


def _target(file: str, line: int, row: Cells, first_month: int, problems: list[Problem]) -> Target | None:
    found: list[Problem] = []
    level, name = (row["level"] or "").lower(), row["name"]
    if level not in LEVELS:
        message = "the level is missing" if not level else f"there is no level {level!r}"
        fix = f"write {', '.join(LEVELS[:-1])} or {LEVELS[-1]}"
        found.append(Problem(file, line, "level", row["level"], message, fix))
    elif level == "company" and name is not None:
        found.append(Problem(file, line, "name", name, "the company needs no name", "leave it empty"))
    elif level != "company" and name is None:
        fix = "write the team's name" if level == "team" else "write the owner's e-mail, as the CRM has it"
        found.append(Problem(file, line, "name", None, f"nobody knows which {level} is meant", fix))
    period = _period(file, line, row["period"], first_month, found)
    amount = _amount(file, line, row["amount"], found)
    deal_type = (row.get("deal_type") or "new").lower()
    if deal_type not in DEAL_TYPES:
        message = f"there is no deal type {deal_type!r}"
        found.append(Problem(file, line, "deal_type", deal_type, message, did_you_mean(deal_type, DEAL_TYPES)))
    problems += found
    if found or period is None or amount is None:
        return None
    return Target(line, level, name.lower() if name and level == "owner" else name, *period, amount, deal_type)


def _period(
    file: str, line: int, value: str | None, first_month: int, found: list[Problem]
) -> tuple[Grain, date] | None:
    """A month, or a quarter of the fiscal year, which bears the number of the year in which it ends."""
    if value and (month := MONTH.fullmatch(value)):
        return "month", date(int(month[1]), int(month[2]), 1)
    if value and (quarter := QUARTER.fullmatch(value.upper())):
        months = first_month - 1 + 3 * (int(quarter[2]) - 1)
        year = int(quarter[1]) - (1 if first_month > 1 else 0) + months // 12
        return "fiscal_quarter", date(year, months % 12 + 1, 1)
    message = "the period is missing" if value is None else f"{value!r} is no period"
    fix = "write a month like 2026-03, or a fiscal quarter like 2026-Q1"
    found.append(Problem(file, line, "period", value, message, fix))
    return None


def _amount(file: str, line: int, value: str | None, found: list[Problem]) -> Decimal | None:
    try:
        amount = Decimal(value or "")
    except InvalidOperation:
        message = "the amount is missing" if value is None else f"{value!r} is no amount"
        fix = "write a plain number with a point, like 250000 or 99999.50"
        found.append(Problem(file, line, "amount", value, message, fix))
        return None
    if not amount.is_finite() or amount <= 0 or amount.adjusted() >= DIGITS:
        message = f"{value} is no target"
        found.append(Problem(file, line, "amount", value, message, "write what is to be won, in the home currency"))
        return None
    return amount.quantize(Decimal("0.01"))


def _once(file: str, given: Iterable[Target], problems: list[Problem]) -> Iterator[Target]:
    seen: dict[str, int] = {}
    for one in given:
        if one.target_id in seen:
            message = f"line {seen[one.target_id]} sets a target for the same period and deal type"
            problems.append(Problem(file, one.line, "period", None, message, "keep one of the two"))
            continue
        seen[one.target_id] = one.line
        yield one
