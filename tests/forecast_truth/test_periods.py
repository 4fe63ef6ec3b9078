"""What a month and a quarter bring: the chances against the reference, and levels that add up to the cent (F13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.dbt.harness import Warehouse
from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import Book
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import organisation
from tests.forecast_truth.past import Past
from tests.forecast_truth.tables import CONNECTION
from tests.forecast_truth.warehouse import built

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ULTIMATE = 104


@pytest.fixture(scope="module")
def book() -> Book:
    made = organisation(Company(13, days=420, deals_a_week=14, sellers=6), told=True).book
    return replace(made, teams={f"seller {number}": f"team {number % 2}" for number in range(6)})


@pytest.fixture(scope="module")
def warehouse(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return built(tmp_path_factory.mktemp("periods"), book, "fct_deal_forecasts", "fct_period_forecasts")


def rows(warehouse: Warehouse, table: str) -> pd.DataFrame:
    return pd.DataFrame(warehouse.query(f"select * from warehouse.marts.{table}"))


def microseconds(day: Any) -> int:
    return int(np.datetime64(day, "us").astype(np.int64))


def test_a_period_takes_of_each_step_what_lies_in_it(book: Book, warehouse: Warehouse) -> None:
    moment = AsOf(Past(book), book.until, ULTIMATE)
    won, lost = moment.curves
    starts = moment.moment + np.arange(ULTIMATE) * book.step
    told = rows(warehouse, "fct_deal_forecasts")
    keys = CONNECTION + ":" + book.deals["key"].to_numpy(object)[moment.open.rows]
    assert set(told["deal_key"]) == set(keys)
    place = pd.Series(np.arange(len(keys)), index=keys)
    assert set(told["period_grain"]) == {"month", "fiscal_quarter"}
    for (start, end), period in told.groupby(["period_start", "period_end"]):
        begins, ends = microseconds(start), microseconds(end)
        share = np.clip(np.minimum(starts + book.step, ends) - np.maximum(starts, begins), 0, None) / book.step
        deals = place[period["deal_key"]].to_numpy()
        assert np.abs(period["p_win"].to_numpy(float) - (share @ won)[deals]).max() <= 1e-9
        assert np.abs(period["p_lost"].to_numpy(float) - (share @ lost)[deals]).max() <= 1e-9
        expected = (share @ won) * moment.open.worth * moment.amount_ratio[moment.open.state]
        assert np.abs(period["expected_amount"].to_numpy(float) - expected[deals]).max() <= 0.005 + 1e-6
    ultimate = told.drop_duplicates("deal_key")
    known = won.sum(axis=0)[place[ultimate["deal_key"]].to_numpy()]
    assert np.abs(ultimate["p_win_ultimate"].to_numpy(float) - known).max() <= 1e-9


def test_f13_every_level_adds_up_to_the_company(warehouse: Warehouse) -> None:
    told = rows(warehouse, "fct_period_forecasts")
    money = ["booked_to_date", "expected_open", "weighted_pipeline", "open_deals"]
    sums = told.groupby(["period_grain", "period_start", "level"])[money].sum().astype(float).unstack("level")
    assert set(sums.columns.levels[1]) == {"company", "team", "owner", "segment", "pipeline"}
    for name in money:
        off = sums[name].sub(sums[name]["company"], axis=0).abs()
        assert off.max().max() <= 0.01, name


def test_f13_the_company_is_the_sum_of_its_deals(warehouse: Warehouse) -> None:
    deals = rows(warehouse, "fct_deal_forecasts").groupby(["period_grain", "period_start"])["expected_amount"].sum()
    told = rows(warehouse, "fct_period_forecasts")
    company = told[told["level"] == "company"].set_index(["period_grain", "period_start"])["expected_open"]
    both = pd.concat([deals.astype(float), company.astype(float)], axis=1)
    assert len(both) == len(company)
    assert (both["expected_amount"] - both["expected_open"]).abs().max() <= 0.01
