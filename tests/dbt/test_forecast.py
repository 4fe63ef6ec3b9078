"""The forecast looks at nothing that was not known, and its levels add up to the cent.

The arithmetic of single rules stands in the models' own unit tests, the figures' truth in tests/forecast_truth.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.dbt.forecast_tables import MODELS, Deal, company, told
from tests.dbt.harness import Warehouse

ENDS = datetime.fromisoformat("2024-08-01T10:00:00")
THEN = datetime.fromisoformat("2024-02-19T00:00:00")
"""A boundary at which the forecast of the full history is tried."""

COMPARED = {
    "int_forecast_open_deals": "deal_key, deal_type, stage_key, told_stage_key, steps_in_stage, amount_home, "
    "close_date, owner_key, segment, definition_p, mode, amount_ratio",
    "int_forecast_modes": "deal_type, wins_in_history, won_deals, moved_deals, losses, mode",
    "int_forecast_hazards": "deal_type, segment, stage_key, age_bucket, destination, at_risk, events, p_prior, "
    "p_pooled, oe_ratio, p",
    "int_forecast_curves": "deal_type, segment, stage_key, age_steps, step_no, p_win, p_lost",
    "int_forecast_deal_horizons": "deal_key, horizon_steps, p_win, p_lost, expected_amount, variance",
}


@pytest.fixture(scope="module")
def deals() -> list[Deal]:
    return company(1200, ENDS, 900)


@pytest.fixture(scope="module")
def full(deals: list[Deal], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return told(deals, tmp_path_factory.mktemp("full"), ENDS).build(MODELS)


@pytest.fixture(scope="module")
def cut(deals: list[Deal], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return told(deals, tmp_path_factory.mktemp("cut"), THEN).build(MODELS)


@pytest.mark.slow
@pytest.mark.parametrize("table", COMPARED)
def test_what_came_later_changes_nothing_of_what_was_forecast_then(full: Warehouse, cut: Warehouse, table: str) -> None:
    """The same rows from all data and from data that end at that moment; fractions but for the order of their sums."""
    asked = f"select {COMPARED[table]} from forecast.{table} where as_of_at = ? order by all"
    then, known = full.query(asked, THEN), cut.query(asked, THEN)
    assert len(then) == len(known) > 1
    for row, other in zip(then, known, strict=True):
        near = {name: pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value
                for name, value in other.items()}  # fmt: skip
        assert row == near


@pytest.mark.slow
def test_every_level_adds_up_to_the_company_to_the_cent(full: Warehouse) -> None:
    sums = "sum(booked_to_date), sum(expected_open), sum(expected_new), sum(expected_total), sum(weighted_pipeline)"
    rows = full.query(
        f"select level, deal_type, period_grain, period_start, {sums} from warehouse.marts.fct_period_forecasts "
        "group by all"
    )
    levels: dict[str, dict[tuple[object, ...], tuple[object, ...]]] = {}
    for row in rows:
        level, *key = row.values()
        levels.setdefault(level, {})[tuple(key[:3])] = tuple(key[3:])
    assert set(levels) == {"company", "team", "owner", "segment", "pipeline"}
    assert all(found == levels["company"] for found in levels.values())
    assert full.values("select count(*) from warehouse.marts.fct_period_forecasts where expected_open > 0") > [20]


@pytest.mark.slow
def test_deals_add_up_to_the_periods(full: Warehouse) -> None:
    wrong = full.query(
        "select * from (select deal_type, period_grain, period_start, sum(expected_amount) as said "
        "from warehouse.marts.fct_deal_forecasts group by all) join warehouse.marts.fct_period_forecasts "
        "using (deal_type, period_grain, period_start) where level = 'company' and said <> expected_open"
    )
    assert wrong == []


@pytest.mark.slow
def test_chances_are_shares_and_a_deal_is_won_once(full: Warehouse) -> None:
    assert full.values(
        "select count(*) from warehouse.marts.fct_deal_forecasts where not coalesce(p_win between 0 and 1 "
        "and p_lost between 0 and 1 and p_win <= p_win_ultimate and p_win_ultimate <= 1, mode = 'none')"
    ) == [0]
    assert full.values(
        "select count(*) from (select state_no from forecast.int_forecast_long_steps group by state_no "
        "having sum(p_win + p_lost) > 1 + 1e-9)"
    ) == [0]


@pytest.mark.slow
def test_a_month_and_its_quarter_tell_the_same(full: Warehouse) -> None:
    """A quarter that lies ahead is the sum of its months."""
    found = full.query(
        "select quarters.deal_key, quarters.period_start, max(quarters.p_win) as whole, sum(months.p_win) as parts "
        "from warehouse.marts.fct_deal_forecasts as quarters join warehouse.marts.fct_deal_forecasts as months "
        "on quarters.deal_key = months.deal_key and months.period_start >= quarters.period_start "
        "and months.period_end <= quarters.period_end where quarters.period_grain = 'fiscal_quarter' "
        "and months.period_grain = 'month' and quarters.period_start > date '2024-08-01' group by all "
        "having count(*) = 3"
    )
    assert len(found) > 20
    assert all(abs(row["whole"] - row["parts"]) < 1e-12 for row in found)
