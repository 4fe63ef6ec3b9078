"""plumbline.yml: what is wrong in it is named with line and fix; the template that `init` copies is right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import expectations
from connectors.configfile import ConfigProblems
from expectations.company import load_company
from expectations.schemas import FOLDER, schema_files

GOOD = """\
workspace_format: 1
time_zone: Europe/Berlin
home_currency: EUR
rates:
  USD: {2025-01-01: 0.96, 2026-01-01: 0.92}
holidays: [2026-12-25]
fiscal_year_starts: April
schedule: 0 2 * * *
publishers:
  - kind: duckdb
retention:
  publications: 5
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plumbline.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_good_file_is_read(tmp_path):
    company = load_company(write(tmp_path, GOOD))
    assert company.rates == {"USD": {date(2025, 1, 1): Decimal("0.96"), date(2026, 1, 1): Decimal("0.92")}}
    assert company.fiscal_year_start_month == 4
    assert company.working_days == ("mon", "tue", "wed", "thu", "fri")
    assert company.retention.publications == 5


def test_the_template_is_right():
    company = load_company(Path(expectations.__file__).parent / "templates" / "plumbline.yml")
    assert [publisher.kind for publisher in company.publishers] == ["duckdb", "parquet"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "workspace_format: 1",
            "workspace_format: 2",
            (
                "plumbline.yml:1: workspace_format: the workspace has format 2, and this Plumbline "
                "knows formats up to 1; "
                "install a newer Plumbline"
            ),
        ),
        (
            "Europe/Berlin",
            "Berlin",
            "plumbline.yml:2: time_zone: 'Berlin' is not a time zone; did you mean 'Europe/Berlin'?",
        ),
        (
            "Europe/Berlin",
            "UTC+2",
            (
                "plumbline.yml:2: time_zone: 'UTC+2' is not a time zone; name a place, like "
                "Europe/Berlin: an offset or "
                "abbreviation knows no summer time"
            ),
        ),
        (
            "home_currency: EUR",
            "home_currency: Euro",
            "plumbline.yml:3: home_currency: 'Euro' is not a currency code; write its three capital letters, like EUR",
        ),
        (
            "home_currency: EUR",
            "home_currency: USD",
            "plumbline.yml:5: rates.USD: 'USD' is the home currency and needs no rate; remove it; its rate is 1",
        ),
        (
            "2026-01-01: 0.92",
            "2026-01-01: 0",
            (
                "plumbline.yml:5: rates.USD.2026-01-01: a rate is a number above 0; "
                "write what one unit is worth in the home currency"
            ),
        ),
        (
            "USD: {2025-01-01: 0.96, 2026-01-01: 0.92}",
            "USD: {}",
            "plumbline.yml:5: rates.USD: there is no rate; add one, like `USD: {2026-01-01: 0.92}`",
        ),
        (
            "holidays: [2026-12-25]",
            "holidays: [2026-12-25, 2026-12-25]",
            "plumbline.yml:6: holidays[2]: 2026-12-25 is listed twice; remove one",
        ),
        (
            "holidays: [2026-12-25]",
            "holidays: [25.12.2026]",
            "plumbline.yml:6: holidays[1]: '25.12.2026' is not a date like 2026-01-31; write a date like 2026-01-31",
        ),
        (
            "fiscal_year_starts: April",
            "fiscal_year_starts: Aprl",
            "plumbline.yml:7: fiscal_year_starts: 'aprl' is not allowed here; did you mean 'april'?",
        ),
        (
            "0 2 * * *",
            "0 25 * * *",
            (
                "plumbline.yml:8: schedule: '0 25 * * *' is not a cron schedule: the hour '25' is not within 0 to 23; "
                "for example `0 2 * * *`, 02:00 each day"
            ),
        ),
        (
            "0 2 * * *",
            "nightly",
            (
                "plumbline.yml:8: schedule: 'nightly' is not a cron schedule: it has 1 parts and not "
                "5 (minute hour day "
                "month weekday); for example `0 2 * * *`, 02:00 each day"
            ),
        ),
        (
            "  - kind: duckdb",
            "  - kind: parquet",
            (
                "plumbline.yml:9: publishers: the DuckDB file is not published; "
                "add `- kind: duckdb`; status, query and the review page read it"
            ),
        ),
        (
            "  publications: 5",
            "  publication: 5",
            (
                "plumbline.yml:12: retention.publication: 'publication' is not a setting here; "
                "did you mean 'publications'?"
            ),
        ),
    ],
)
def test_a_mistake_is_named_with_place_and_fix(tmp_path, old, new, expected):
    assert old in GOOD
    with pytest.raises(ConfigProblems) as caught:
        load_company(write(tmp_path, GOOD.replace(old, new, 1)))
    assert [str(problem) for problem in caught.value.problems] == [expected]


@pytest.mark.parametrize("schedule", ["*/15 1-5 * * 1,3", "30 23 1 1 0"])
def test_cron_of_all_shapes_is_read(tmp_path, schedule):
    assert load_company(write(tmp_path, GOOD.replace("0 2 * * *", f'"{schedule}"'))).schedule == schedule


@pytest.mark.parametrize("name", ["process.schema.json", "plumbline.schema.json"])
def test_the_kept_schema_is_current(name):
    kept = (FOLDER / name).read_text(encoding="utf-8")
    assert kept == schema_files()[name], "run `python -m expectations.schemas`"
