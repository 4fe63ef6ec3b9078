"""CSV files that a company keeps beside its YAML (teams.csv, waivers.csv): their lines, and the faults of the file.

Here belong encodings, separators, headers and days, for all such files alike. What a line means is said by the module
of its file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from connectors.configfile import ConfigProblems, Problem, did_you_mean

Cells = Mapping[str, str | None]


def read_lines(
    path: Path, columns: Sequence[str], needed: Mapping[str, str], problems: list[Problem]
) -> Iterator[tuple[int, Cells]]:
    """Each line's number and its cells by column (None: empty). Adds the file's faults to `problems`.

    `needed` are the columns that must be there, with what to say when they aren't. Raises ConfigProblems when the file
    is no UTF-8.
    """
    text = text_of(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if faults := list(_header_faults(path.name, header, columns, needed)):
            problems += faults
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(header):
                yield reader.line_num, {n: " ".join(c.split()) or None for n, c in zip(header, cells, strict=True)}
                continue
            message = f"the line has {len(cells)} values, the header {len(header)}"
            fix = "put a value that holds the separator into quotes"
            problems.append(Problem(path.name, reader.line_num, "", None, message, fix))
    except csv.Error as error:
        message = f"not readable as CSV: {error}"
        problems.append(Problem(path.name, reader.line_num, "", None, message, "check the quotes"))


def rewritten(path: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> str | None:
    """The file's text with each line changed, or dropped where `change` says None; None where nothing changes."""
    text = text_of(path)
    delimiter = delimiter_of(text)
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().lower() for name in header]
    changed = (change(dict(zip(names, line, strict=False))) for line in lines)
    kept = [list(cells.values()) for cells in changed if cells is not None]
    if kept == lines:
        return None
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows([header, *kept])
    return written.getvalue()


def delimiter_of(text: str) -> str:
    """Spreadsheets of half of Europe separate by semicolons, and no name of a column has either sign."""
    return ";" if ";" in text.partition("\n")[0] else ","


def text_of(path: Path) -> str:
    """The file's text. Raises ConfigProblems when it is no UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise ConfigProblems([Problem(path.name, line, "", None, message, "save the file as UTF-8")]) from None


def day_in(file: str, line: int, column: str, row: Cells, problems: list[Problem]) -> date | None:
    """The day in a cell; None when it is empty, or no day (which is added to `problems`)."""
    value = row.get(column)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        fix = "write it like 2026-01-31, or leave it empty"
        problems.append(Problem(file, line, column, value, f"{value!r} is not a day", fix))
        return None


def _header_faults(
    file: str, header: Sequence[str], columns: Sequence[str], needed: Mapping[str, str]
) -> Iterator[Problem]:
    for name, fix in needed.items():
        if name not in header:
            yield Problem(file, 1, name, None, "the column is missing", fix)
    for place, name in enumerate(header):
        if name not in columns:
            yield Problem(file, 1, name, None, f"{name!r} is not a column", did_you_mean(name, columns))
        elif name in header[:place]:
            yield Problem(file, 1, name, None, "the column is there twice", "keep one of them")
