"""teams.csv: what it may say, and each fault with its line, value and fix."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.configfile import ConfigProblems
from expectations.teams import COLUMNS, Membership, load_teams, without

HEADER = ",".join(COLUMNS)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "teams.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigProblems) as raised:
        load_teams(written(folder, text))
    return str(raised.value)


def test_addresses_are_compared_in_lower_case_and_days_are_included(tmp_path: Path) -> None:
    text = f"{HEADER}\nAnn@X.org, Alps  North ,Bo@x.org,EMEA,2026-01-01,2026-06-30\nann@x.org,,,,2026-07-01,\n\n"
    assert load_teams(written(tmp_path, text)) == (
        Membership(2, "ann@x.org", "Alps North", "bo@x.org", "EMEA", date(2026, 1, 1), date(2026, 6, 30)),
        Membership(3, "ann@x.org", valid_from=date(2026, 7, 1)),
    )


def test_no_file_and_fewer_columns_are_fine(tmp_path: Path) -> None:
    assert load_teams(tmp_path / "teams.csv") == ()
    assert load_teams(written(tmp_path, "\ufeffemail;team\nann@x.org;Alps\n")) == (Membership(2, "ann@x.org", "Alps"),)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("ann,Alps,,,,", "teams.csv:2: email: 'ann' is not an e-mail address; write the address that the CRM has"),
        (",Alps,,,,", "teams.csv:2: email: the person's e-mail is missing; fill it in, or remove the line"),
        ("ann@x.org,,Bo,,,", "teams.csv:2: manager: 'Bo' is not an e-mail address"),
        ("ann@x.org,,ANN@x.org,,,", "teams.csv:2: manager: ann@x.org can't be their own manager; leave it empty"),
        ("ann@x.org,,,,31.01.2026,", "teams.csv:2: valid_from: '31.01.2026' is not a day; write it like 2026-01-31"),
        ("ann@x.org,,,,2026-02-01,2026-01-31", "teams.csv:2: valid_to: 2026-01-31 lies before valid_from (2026-02-01)"),
        ("ann@x.org,Alps", "teams.csv:2: the line has 2 values, the header 6; put a value that holds the separator"),
        ("ann@x.org,,,,,\nANN@X.org,,,,2026-01-01,", "teams.csv:3: email: ann@x.org is on line 2 too, for some of the"),
        ("ann@x.org,,,,,2026-01-01\nann@x.org,,,,2026-01-01,", "teams.csv:3: email: ann@x.org is on line 2 too"),
        ('ann@x.org,"Alps,,,,', "teams.csv:2: not readable as CSV"),
    ],
)
def test_a_fault_is_told_with_line_value_and_fix(lines: str, told: str, tmp_path: Path) -> None:
    assert told in faults(tmp_path, f"{HEADER}\n{lines}\n")


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, f"{HEADER}\nann,,,,,\nbo@x.org,,,,soon,\n")
    assert [line.partition(": ")[0] for line in told.splitlines()] == ["teams.csv:2", "teams.csv:3"]


def test_a_header_that_will_not_do(tmp_path: Path) -> None:
    assert "'manger' is not a column; did you mean 'manager'?" in faults(tmp_path, "email,manger\nann@x.org,bo@x.org\n")
    assert "teams.csv:1: email: the column is missing" in faults(tmp_path, "team,region\nAlps,EMEA\n")
    assert "the column is there twice" in faults(tmp_path, "email,team,team\nann@x.org,a,b\n")
    assert "teams.csv:2: byte 0xfc is not UTF-8" in faults(tmp_path, b"email,team\nann@x.org,M\xfcnchen\n")


def test_a_forgotten_person_goes_with_their_lines_and_as_a_manager(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Email;team;manager\nann@x.org;Alps;\nbo@x.org;Alps;Ann@X.org\njoann@x.org;Coast;cy@x.org\n"
    )
    text = without(path, ("ann@x.org", "17"))
    assert text == "Email;team;manager\nbo@x.org;Alps;\njoann@x.org;Coast;cy@x.org\n"
    assert without(path, ("di@x.org",)) is None
