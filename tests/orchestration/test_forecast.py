"""The forecast told: the numbers with their rivals, a baseline that wins before everything else, and pictures of it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.forecast.fan import apart
from orchestration.forecast.svg import short, ticks
from tests.e2e.company import make_workspace
from tests.orchestration.forecast_world import build

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_workspace(tmp_path_factory.mktemp("forecast") / "acme", "alpha")
    build(made / "data" / "published" / "warehouse.duckdb")
    return made


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["forecast", *arguments], env={"PLUMBLINE_HOME": str(home)})


def test_the_whole_of_a_forecast(home: Path) -> None:
    told = run(home, "--deal-type", "new")
    assert told.exit_code == 0, told.output
    assert (
        told.output.splitlines()
        == """\
Forecast: deals of type new, in EUR, as of 2026-05-12 04:00 UTC
! On your own history, 28 days ahead, the run-rate missed by less than this forecast. Trust it rather than this.
Made from the deals' own way through the stages: what became of deals that stood there so long (212 wins to learn from).

This period: 2026-04-01 to 2026-06-30, 41 open deals
  won so far                       52,000.00
  from open deals                  31,000.50
  from deals still to come          9,000.00
  expected in all                  92,000.50  between 71,000.25 and 118,000.75 in 8 of 10 cases
    or won + weighted pipeline    140,000.00
    or won + weighted, corrected  113,000.00
    or run-rate                    79,000.00
  target                          100,000.00  92% of it is expected
  note: some open deals have no amount and count as nothing
  note: wide

Then: 2026-07-01 to 2026-09-30, 41 open deals
  won so far                           0.00
  from open deals                 22,000.00
  from deals still to come        61,000.00
  expected in all                 83,000.00  between 40,000.00 and 120,000.00 in 8 of 10 cases
    or won + weighted pipeline    64,000.00
    or won + weighted, corrected  45,000.00
    or run-rate                   79,000.00

Why this period's figure moved since the night before (+800.25)
  deals won                             +1,200.25
  deals lost                              -300.00
  deals that grew older in their stage    -100.00

How far to trust it
  Over 20 windows the run-rate missed less.
    the interval held in 85% of 20 windows (80% are promised)
  Over 20 windows it missed less than each baseline.
    the interval held in 85% of 20 windows (80% are promised)
  4 published forecasts have come due; the interval held in 2 of 3.
    they missed by 20.00 on average, the weighted pipeline by 50.00
""".splitlines()
    )


def test_without_history_no_forecast_is_claimed(home: Path) -> None:
    told = run(home, "--deal-type", "renewal").output
    assert (
        "NO FORECAST: too few wins or too short a history; the weighted pipeline stands here, untested (11 wins" in told
    )
    assert "weighted pipeline, untested   5,000.00" in told
    assert "expected in all" not in told
    assert "note: few wins" in told
    assert "Nothing can be said yet: there is no closed window to try it on." in told
    assert "No published forecast has come due yet." in told


def test_each_deal_type_is_told_for_itself(home: Path) -> None:
    told = run(home)
    assert [line for line in told.output.splitlines() if line.startswith("Forecast")] == [
        "Forecast: deals of type new, in EUR, as of 2026-05-12 04:00 UTC",
        "Forecast: deals of type renewal, in EUR, as of 2026-05-12 04:00 UTC",
    ]


def test_a_team_is_meant_by_its_name_and_a_wrong_one_by_what_comes_near(home: Path) -> None:
    told = run(home, "--of", "alps")
    assert told.output.startswith("Forecast of team Alps: deals of type new")
    assert "13,000.00  between 12,500.00 and 14,000.00 in 8 of 10 cases" in told.output
    wrong = run(home, "--of", "Alpen")
    assert wrong.exit_code == 2
    assert "No team or owner is called 'Alpen'; near it are Alps." in wrong.output
    wrong = run(home, "--deal-type", "upsell")
    assert wrong.exit_code == 2
    assert "There is no forecast of 'upsell' deals; there are some of new, renewal." in wrong.output


def test_scripts_get_the_same(home: Path) -> None:
    told = json.loads(run(home, "--json").stdout)
    new, renewal = told["forecasts"]
    assert new["periods"][0]["expected"] == 92000.5
    assert new["periods"][0]["target"] == 100000
    assert new["a_baseline_wins"].startswith("On your own history, 28 days ahead, the run-rate")
    assert new["scores"][0]["verdict"] == "worse"
    assert (renewal["mode"], renewal["periods"][0]["expected"]) == ("none", None)


def test_pictures_are_drawings_and_say_in_words_what_they_show(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    told = run(home, "--charts", str(folder))
    assert told.exit_code == 0, told.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "new-company-calibration.svg", "new-company-fan.svg", "new-company-waterfall.svg", "renewal-company-fan.svg",
    ]  # fmt: skip
    for path in folder.iterdir():
        root = ET.parse(path).getroot()
        assert root.findtext(f"{SVG}title")
        assert root.findtext(f"{SVG}desc")
        wide, high = float(root.get("width") or 0), float(root.get("height") or 0)
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.get("x") or 0) <= wide, text.text
            assert 0 <= float(text.get("y") or 0) <= high, text.text
    bars = {
        bar.findtext(f"{SVG}title"): bar
        for bar in ET.parse(folder / "new-company-waterfall.svg").getroot().iter(f"{SVG}rect")
    }
    assert {"at first: +90,000.00", "won: -52,000.00", "slipped: -21,000.00", "at last: +41,500.00"} <= set(bars)
    fan = (folder / "new-company-fan.svg").read_text()
    assert "<polygon" in fan
    assert "won so far: 52,000.00" in fan
    assert "<polygon" not in (folder / "renewal-company-fan.svg").read_text()
    assert "no forecast: too little history" in (folder / "renewal-company-fan.svg").read_text()


def test_a_warehouse_of_an_older_plumbline_is_told_so(tmp_path: Path) -> None:
    home = make_workspace(tmp_path / "acme", "alpha")
    assert "Nothing is published" in run(home).output
    file = home / "data" / "published" / "warehouse.duckdb"
    build(file, without=("rpt_forecast_scorecard", "rpt_forecast_changes", "fct_forecast_accuracy", "fct_targets"))
    assert "Nothing can be said yet" in run(home).output
    file.unlink()
    build(file, without=("fct_period_forecasts",))
    told = run(home)
    assert told.exit_code == 2
    assert "The published warehouse has no forecast yet; the next `plumbline sync` makes one." in told.output


def test_an_axis_has_round_numbers() -> None:
    assert ticks(0, 92_000) == [0, 20_000, 40_000, 60_000, 80_000, 100_000]
    assert ticks(-3, 4) == [-4, -2, 0, 2, 4]
    assert ticks(0, 0)[0] == 0
    assert [short(n) for n in (0, 950, 1500, -2_340_000, 7e9)] == ["0", "950", "1.5 k", "-2.34 m", "7 bn"]


def test_words_beside_a_picture_never_cover_each_other() -> None:
    assert apart([72.0, 90, 92, 96], lowest=344) == [72, 90, 105, 120]
    assert apart([100.0, 344, 344, 344], lowest=344) == [100, 314, 329, 344]
