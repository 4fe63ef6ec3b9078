"""teams.csv: who is in which team, under whom and where, from when to when; it goes before what the CRMs say.

The meaning of its lines belongs here; reading CSV is csvfile.py's. Which row holds on a night, and for whom, is worked
out by the dbt models from the reference table `teams`; an empty cell leaves what the CRM says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from connectors.configfile import ConfigProblems, Problem
from expectations.csvfile import Cells, day_in, read_lines, rewritten

COLUMNS = ("email", "team", "manager", "region", "valid_from", "valid_to")
NEEDED = {"email": f"the columns are {', '.join(COLUMNS)}"}
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


@dataclass(frozen=True, slots=True)
class Membership:
    """One line. `valid_from` and `valid_to` are days of the company, both included; None is without an end."""

    line: int
    email: str
    team: str | None = None
    manager: str | None = None
    region: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def overlaps(self, other: Membership) -> bool:
        """Whether both hold on some day."""
        starts = max(self.valid_from or date.min, other.valid_from or date.min)
        return starts <= min(self.valid_to or date.max, other.valid_to or date.max)


def load_teams(path: Path) -> tuple[Membership, ...]:
    """The lines of teams.csv; none where there is no such file. Raises ConfigProblems with everything wrong in it."""
    if not path.is_file():
        return ()
    problems: list[Problem] = []
    lines = read_lines(path, COLUMNS, NEEDED, problems)
    read = [_membership(path.name, line, row, problems) for line, row in lines]
    found = [one for one in read if one is not None]
    problems += _twice(path.name, found)
    if problems:
        raise ConfigProblems(problems)
    return tuple(found)


def without(path: Path, addresses: Collection[str]) -> str | None:
    """The file's text without these people's lines, and without them as managers; None where it names none of them."""
    gone = {address.lower() for address in addresses}

    def kept(cells: dict[str, str]) -> dict[str, str] | None:
        if cells.get("email", "").strip().lower() in gone:
            return None
        return {
            name: "" if name == "manager" and cell.strip().lower() in gone else cell for name, cell in cells.items()
        }

    return rewritten(path, kept)


def _membership(file: str, line: int, row: Cells, problems: list[Problem]) -> Membership | None:
    before = len(problems)
    email = _email(file, line, "email", row, problems)
    if row["email"] is None:
        problems.append(
            Problem(file, line, "email", None, "the person's e-mail is missing", "fill it in, or remove the line")
        )
    manager = _email(file, line, "manager", row, problems)
    if manager is not None and manager == email:
        problems.append(
            Problem(file, line, "manager", manager, f"{manager} can't be their own manager", "leave it empty")
        )
    starts = day_in(file, line, "valid_from", row, problems)
    ends = day_in(file, line, "valid_to", row, problems)
    if starts and ends and ends < starts:
        message = f"{ends} lies before valid_from ({starts})"
        problems.append(Problem(file, line, "valid_to", str(ends), message, "exchange them; both days are included"))
    if len(problems) > before or email is None:
        return None
    return Membership(line, email, row.get("team"), manager, row.get("region"), starts, ends)


def _email(file: str, line: int, column: str, row: Cells, problems: list[Problem]) -> str | None:
    value = row.get(column)
    if value is None:
        return None
    if not EMAIL.fullmatch(value):
        fix = "write the address that the CRM has, like ann@example.com"
        problems.append(Problem(file, line, column, value, f"{value!r} is not an e-mail address", fix))
    return value.lower()


def _twice(file: str, found: Sequence[Membership]) -> Iterator[Problem]:
    by_person: dict[str, list[Membership]] = {}
    for one in found:
        by_person.setdefault(one.email, []).append(one)
    for email, lines in by_person.items():
        for earlier, later in combinations(lines, 2):
            if earlier.overlaps(later):
                message = f"{email} is on line {earlier.line} too, for some of the same days"
                fix = "end the one with valid_to on the day before the other's valid_from"
                yield Problem(file, later.line, "email", email, message, fix)
