"""waivers.csv: what it may say; a wrong line is told with its place and fix, and the other lines still count."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.configfile import ConfigProblems
from expectations.company import Company
from expectations.compile_company import company_tables
from expectations.process import load_process
from expectations.waivers import COLUMNS, Waiver, load_waivers, of_unknown_deals, without

HEADER = ",".join(COLUMNS)
PROCESS = load_process()
GOOD = "acme:1,offer_recorded,bo@x.org,2026-03-01,verbal order,2026-06-30"
WHOLE = Waiver(2, "acme:1", "offer_recorded", "bo@x.org", date(2026, 3, 1), "verbal order", date(2026, 6, 30))


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "waivers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(folder: Path, text: str):
    return load_waivers(written(folder, text), PROCESS, ["acme", "bolt"])


def test_a_waiver_is_for_one_deal_or_for_all_and_may_have_no_end(tmp_path: Path) -> None:
    found = loaded(tmp_path, f"{HEADER}\n{GOOD}\n,final_amount,bo@x.org,2026-03-02,  prices   frozen ,\n\n")
    assert found.problems == ()
    assert found.given == (WHOLE, Waiver(3, None, "final_amount", "bo@x.org", date(2026, 3, 2), "prices frozen"))


def test_no_file_lifts_nothing_and_until_may_be_left_out(tmp_path: Path) -> None:
    assert load_waivers(tmp_path / "waivers.csv", PROCESS, []).given == ()
    text = "deal;step;given_by;given_on;reason\nacme:1;final_amount;Bo;2026-03-01;agreed\n"
    assert [one.until for one in loaded(tmp_path, text).given] == [None]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "acme:2,ofer_recorded,Bo,2026-03-01,agreed,",
            "waivers.csv:3: step: there is no step 'ofer_recorded'; did you mean 'offer_recorded'?",
        ),
        (
            "acme:2,,Bo,2026-03-01,agreed,",
            "waivers.csv:3: step: the step is missing; name the step of process.yml that is not owed",
        ),
        (
            "acme:2,final_amount,,2026-03-01,agreed,",
            "waivers.csv:3: given_by: who gave it is missing; name the person who answers for it",
        ),
        (
            "acme:2,final_amount,Bo,,agreed,",
            "waivers.csv:3: given_on: the day is missing; write the day on which it was given, like 2026-01-31",
        ),
        (
            "acme:2,final_amount,Bo,2026-03-01,,",
            "waivers.csv:3: reason: the reason is missing; say in a few words why the step is not owed",
        ),
        (
            "acme:2,final_amount,Bo,1.3.2026,agreed,",
            "waivers.csv:3: given_on: '1.3.2026' is not a day; write it like 2026-01-31, or leave it empty",
        ),
        (
            "acme:2,final_amount,Bo,2026-03-01,agreed,2026-02-28",
            (
                "waivers.csv:3: until: 2026-02-28 lies before given_on (2026-03-01), so this lifts nothing; "
                "exchange them; both days are included"
            ),
        ),
        (
            "2,final_amount,Bo,2026-03-01,agreed,",
            "waivers.csv:3: deal: '2' is not the key of a deal; write connection:id, as deal_key in marts.dim_deals",
        ),
        (
            "acne:2,final_amount,Bo,2026-03-01,agreed,",
            "waivers.csv:3: deal: there is no connection 'acne'; did you mean 'acme'?",
        ),
        (
            GOOD,
            "waivers.csv:3: deal: line 2 lifts this step of the same deal from the same day on; keep one of the two",
        ),
        (
            "acme:2,final_amount",
            "waivers.csv:3: the line has 2 values, the header 6; put a value that holds the separator into quotes",
        ),
    ],
)
def test_a_wrong_line_is_told_and_the_others_count(line: str, told: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, f"{HEADER}\n{GOOD}\n{line}\n")
    assert [str(problem) for problem in found.problems] == [told]
    assert found.given == (WHOLE,)


def test_a_file_that_nobody_can_read_stops_the_night(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match="'grund' is not a column"):
        loaded(tmp_path, f"{HEADER},grund\n{GOOD},\n")
    with pytest.raises(ConfigProblems, match=r"waivers\.csv:1: reason: the column is missing; the columns are deal,"):
        loaded(tmp_path, "deal,step,given_by,given_on\n")
    with pytest.raises(ConfigProblems, match="byte 0xfc is not UTF-8"):
        load_waivers(written(tmp_path, HEADER.encode() + b"\nacme:1,final_amount,J\xfcrg,,,\n"), PROCESS, ["acme"])


def test_an_unknown_deal_is_told_by_those_who_know_the_deals() -> None:
    given = (WHOLE, Waiver(3, None, "final_amount", "Bo", date(2026, 3, 1), "agreed"))
    assert of_unknown_deals("waivers.csv", given, {"acme:1"}) == []
    assert [str(problem) for problem in of_unknown_deals("waivers.csv", given, {"acme:7"})] == [
        (
            "waivers.csv:2: deal: no connection has a deal 'acme:1', so this lifts nothing; "
            "take the deal_key from marts.dim_deals: connection:id"
        )
    ]


def test_both_days_are_the_companys_and_included() -> None:
    company = Company(workspace_format=1, time_zone="Europe/Berlin", home_currency="EUR")
    (row,) = company_tables(company, datetime(2026, 7, 1, tzinfo=UTC), (), (WHOLE,))["waivers"].to_dict("records")
    assert row == {
        "waiver_id": "acme:1 / offer_recorded / 2026-03-01",
        "deal_key": "acme:1",
        "step_key": "offer_recorded",
        "given_by": "bo@x.org",
        "given_at": datetime.fromisoformat("2026-02-28T23:00"),
        "reason": "verbal order",
        "valid_to": datetime.fromisoformat("2026-06-30T22:00"),
    }


def test_a_forgotten_person_leaves_the_waiver_behind(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}\n{GOOD}\nacme:2,final_amount,joann@x.org,2026-03-01,BO@x.org said so,\n")
    assert without(path, ("bo@x.org", "17"), "forgotten") == (
        f"{HEADER}\nacme:1,offer_recorded,forgotten,2026-03-01,verbal order,2026-06-30\n"
        "acme:2,final_amount,joann@x.org,2026-03-01,forgotten said so,\n"
    )
    assert without(path, ("ann@x.org", "17"), "forgotten") is None
