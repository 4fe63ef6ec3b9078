"""targets.csv: what it may say; a wrong line is told with its place and fix, and the other lines still count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.configfile import ConfigProblems
from expectations.company import Company
from expectations.compile_company import company_tables
from expectations.targets import COLUMNS, Target, load_targets, without

HEADER = ",".join(COLUMNS)
GOOD = "owner,Ann@X.org,2026-03,40000.5,renewal"
WHOLE = Target(2, "owner", "ann@x.org", "month", date(2026, 3, 1), Decimal("40000.50"), "renewal")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "targets.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(folder: Path, text: str, first_month: int = 1):
    return load_targets(written(folder, text), first_month)


def test_a_target_is_the_companys_a_teams_or_an_owners(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"{HEADER}\n{GOOD}\nCompany,,2026-q2,1000000,\nteam,EMEA  South,2026-12,7,partner\n")
    assert found.problems == ()
    assert found.given == (
        WHOLE,
        Target(3, "company", None, "fiscal_quarter", date(2026, 4, 1), Decimal("1000000.00")),
        Target(4, "team", "EMEA South", "month", date(2026, 12, 1), Decimal("7.00"), "partner"),
    )


def test_no_file_sets_nothing_and_the_deal_type_may_be_left_out(tmp_path: Path) -> None:
    assert load_targets(tmp_path / "targets.csv", 1).given == ()
    found = loaded(tmp_path, "level;name;period;amount\nteam;Alps;2026-03;5\n")
    assert [one.deal_type for one in found.given] == ["new"]


@pytest.mark.parametrize(
    ("period", "first_month", "starts"),
    [
        ("2026-Q1", 1, date(2026, 1, 1)),
        ("2026-Q4", 1, date(2026, 10, 1)),
        ("2026-Q1", 2, date(2025, 2, 1)),
        ("2026-Q4", 2, date(2025, 11, 1)),
        ("2026-Q1", 7, date(2025, 7, 1)),
        ("2026-Q3", 7, date(2026, 1, 1)),
        ("2026-Q4", 12, date(2026, 9, 1)),
    ],
)
def test_a_fiscal_quarter_is_of_the_year_in_which_it_ends(
    period: str, first_month: int, starts: date, tmp_path: Path
) -> None:
    (one,) = loaded(tmp_path, f"{HEADER}\ncompany,,{period},1,\n", first_month).given
    assert (one.period_grain, one.period_start) == ("fiscal_quarter", starts)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rep,ann@x.org,2026-03,1,", "level: there is no level 'rep'; write company, team or owner"),
        (",ann@x.org,2026-03,1,", "level: the level is missing; write company, team or owner"),
        ("company,Acme,2026-03,1,", "name: the company needs no name; leave it empty"),
        ("team,,2026-03,1,", "name: nobody knows which team is meant; write the team's name"),
        ("owner,,2026-03,1,", "name: nobody knows which owner is meant; write the owner's e-mail, as the CRM has it"),
        (
            "team,A,March,1,",
            "period: 'March' is no period; write a month like 2026-03, or a fiscal quarter like 2026-Q1",
        ),
        (
            "team,A,,1,",
            "period: the period is missing; write a month like 2026-03, or a fiscal quarter like 2026-Q1",
        ),
        (
            'team,A,2026-03,"1,000",',
            "amount: '1,000' is no amount; write a plain number with a point, like 250000 or 99999.50",
        ),
        (
            "team,A,2026-03,,",
            "amount: the amount is missing; write a plain number with a point, like 250000 or 99999.50",
        ),
        ("team,A,2026-03,-5,", "amount: -5 is no target; write what is to be won, in the home currency"),
        ("team,A,2026-03,nan,", "amount: nan is no target; write what is to be won, in the home currency"),
        ("team,A,2026-03,1e17,", "amount: 1e17 is no target; write what is to be won, in the home currency"),
        ("team,A,2026-03,1,renewals", "deal_type: there is no deal type 'renewals'; did you mean 'renewal'?"),
        (GOOD, "period: line 2 sets a target for the same period and deal type; keep one of the two"),
        (
            "company,,2026-03",
            "the line has 3 values, the header 5; put a value that holds the separator into quotes",
        ),
    ],
)
def test_a_wrong_line_is_told_and_the_others_count(line: str, told: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, f"{HEADER}\n{GOOD}\n{line}\n")
    assert [str(problem) for problem in found.problems] == [f"targets.csv:3: {told}"]
    assert found.given == (WHOLE,)


def test_a_file_that_nobody_can_read_stops_the_night(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match=r"targets\.csv:1: amount: the column is missing; the columns are level,"):
        loaded(tmp_path, "level,name,period\n")
    with pytest.raises(ConfigProblems, match="byte 0xfc is not UTF-8"):
        load_targets(written(tmp_path, HEADER.encode() + b"\nteam,S\xfcd,2026-03,1,\n"), 1)


def test_the_reference_table_has_a_row_for_each(tmp_path: Path) -> None:
    company = Company(workspace_format=1, time_zone="Europe/Berlin", home_currency="EUR")
    found = loaded(tmp_path, f"{HEADER}\n{GOOD}\ncompany,,2026-Q1,9,\n").given
    rows = company_tables(company, datetime(2026, 7, 1, tzinfo=UTC), (), (), found)["targets"].to_dict("records")
    assert [tuple(row.values()) for row in rows] == [
        (
            "owner ann@x.org / renewal / month 2026-03-01", "owner", "ann@x.org", "renewal", "month",
            date(2026, 3, 1), Decimal("40000.50"),
        ),
        (
            "company / new / fiscal_quarter 2026-01-01", "company", "", "new", "fiscal_quarter",
            date(2026, 1, 1), Decimal("9.00"),
        ),
    ]  # fmt: skip


def test_a_forgotten_persons_targets_go(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{GOOD}\nowner,joann@x.org,2026-03,1,\n")
    assert without(path, ("ann@x.org", "17")) == f"{HEADER}\nowner,joann@x.org,2026-03,1,\n"
    assert without(path, ("bo@x.org",)) is None
