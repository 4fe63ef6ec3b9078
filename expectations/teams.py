"""teams.csv: who is in which team, under whom and where, from when to when; it goes before what the CRMs say.

The shape of the file and its reading belong here. Which row holds on a night, and for whom, is worked out by the dbt
models from the reference table `teams`; an empty cell leaves what the CRM says.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from connectors.configfile import ConfigProblems, Problem, did_you_mean

COLUMNS = ("email", "team", "manager", "region", "valid_from", "valid_to")
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
    found = list(_memberships(path, problems))
    problems += _twice(path.name, found)
    if problems:
        raise ConfigProblems(problems)
    return tuple(found)


def without(path: Path, addresses: Collection[str]) -> str | None:
    """The file's text without these people's lines, and without them as managers; None where it names none of them."""
    gone = {address.lower() for address in addresses}
    text = _text(path)
    delimiter = _delimiter(text)
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().lower() for name in header]
    kept = [
        [
            "" if name == "manager" and cell.strip().lower() in gone else cell
            for name, cell in zip(names, line, strict=False)
        ]
        for line in lines
        if not any(name == "email" and cell.strip().lower() in gone for name, cell in zip(names, line, strict=False))
    ]
    if kept == lines:
        return None
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows([header, *kept])
    return written.getvalue()


def _memberships(path: Path, problems: list[Problem]) -> Iterator[Membership]:
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if faults := list(_header_faults(path.name, header)):
            problems += faults
            return
        for cells in reader:
            if any(cell.strip() for cell in cells):
                one = _membership(path.name, reader.line_num, header, cells, problems)
                if one is not None:
                    yield one
    except csv.Error as error:
        problems.append(
            Problem(path.name, reader.line_num, "", None, f"not readable as CSV: {error}", "check the quotes")
        )


def _delimiter(text: str) -> str:
    """Spreadsheets of half of Europe separate by semicolons, and no name of a column has either sign."""
    return ";" if ";" in text.partition("\n")[0] else ","


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise ConfigProblems([Problem(path.name, line, "", None, message, "save the file as UTF-8")]) from None


def _header_faults(file: str, header: Sequence[str]) -> Iterator[Problem]:
    if "email" not in header:
        yield Problem(file, 1, "email", None, "the column is missing", f"the columns are {', '.join(COLUMNS)}")
    for place, name in enumerate(header):
        if name not in COLUMNS:
            yield Problem(file, 1, name, None, f"{name!r} is not a column", did_you_mean(name, COLUMNS))
        elif name in header[:place]:
            yield Problem(file, 1, name, None, "the column is there twice", "keep one of them")


def _membership(
    file: str, line: int, header: Sequence[str], cells: Sequence[str], problems: list[Problem]
) -> Membership | None:
    if len(cells) != len(header):
        fix = "put a value that holds the separator into quotes"
        problems.append(
            Problem(file, line, "", None, f"the line has {len(cells)} values, the header {len(header)}", fix)
        )
        return None
    row = {name: " ".join(cell.split()) or None for name, cell in zip(header, cells, strict=True)}
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
    starts = _day(file, line, "valid_from", row, problems)
    ends = _day(file, line, "valid_to", row, problems)
    if starts and ends and ends < starts:
        message = f"{ends} lies before valid_from ({starts})"
        problems.append(Problem(file, line, "valid_to", str(ends), message, "exchange them; both days are included"))
    if len(problems) > before or email is None:
        return None
    return Membership(line, email, row.get("team"), manager, row.get("region"), starts, ends)


def _email(file: str, line: int, column: str, row: dict[str, str | None], problems: list[Problem]) -> str | None:
    value = row.get(column)
    if value is None:
        return None
    if not EMAIL.fullmatch(value):
        fix = "write the address that the CRM has, like ann@example.com"
        problems.append(Problem(file, line, column, value, f"{value!r} is not an e-mail address", fix))
    return value.lower()


def _day(file: str, line: int, column: str, row: dict[str, str | None], problems: list[Problem]) -> date | None:
    value = row.get(column)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        fix = "write it like 2026-01-31, or leave it empty"
        problems.append(Problem(file, line, column, value, f"{value!r} is not a day", fix))
        return None


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
