"""Sums over random histories, to the cent: why the forecast moved since the night before, and what the audit checks."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from expectations.audit_queries import QUERIES
from tests.dbt.harness import Warehouse
from tests.dbt.test_pipeline_movements import PATHS, life, world

pytestmark = pytest.mark.slow
MODELS = f"{PATHS} path:models/forecast rpt_forecast_changes fct_period_forecasts fct_targets rpt_pipeline_coverage"
TARGETS = [
    {"target_id": f"{level} {who} {month}", "level": level, "level_id": who, "deal_type": "new", "amount": 100_000,
     "period_grain": grain, "period_start": date(2024, month, 1)}
    for level, who in (("company", ""), ("team", "a"), ("owner", "o1"), ("owner", "nobody"))
    for grain, month in (("month", 6), ("month", 8), ("fiscal_quarter", 7))
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    random = Random(11)
    return world(tmp_path_factory.mktemp("sums"), [life(random) for _ in range(900)], MODELS, TARGETS, 1)


def test_the_causes_add_up_to_the_change_of_every_period(home: Warehouse) -> None:
    change = home.query("""
        select deal_type, period_grain, period_start, sum(case when purpose = 'now' then 1 else -1 end
            * (booked_to_date + expected_open + coalesce(expected_new, 0))) as amount
        from forecast.int_forecast_period_totals
        inner join forecast.int_forecast_change_periods using (period_grain, period_start)
        where level = 'company' group by all order by all""")
    told = home.query("""
        select deal_type, period_grain, period_start, sum(amount_home) as amount
        from warehouse.marts.rpt_forecast_changes group by all order by all""")
    assert home.values("select distinct mode from forecast.int_forecast_period_totals") == ["stage_chain"]
    assert len(told) >= 4
    assert [row for row in change if row["amount"]] == told
    causes = set(home.values("select distinct cause from warehouse.marts.rpt_forecast_changes"))
    assert causes >= {"slipped", "model"}, causes


def test_what_is_booked_beside_a_target_is_what_the_forecast_counts_as_booked(home: Warehouse) -> None:
    both = home.query("""
        select c.level_id, c.booked, f.booked_to_date from warehouse.marts.rpt_pipeline_coverage as c
        left join warehouse.marts.fct_period_forecasts as f
            using (deal_type, level, level_id, period_grain, period_start)
        where not c.is_over""")
    assert {row["level_id"] for row in both if row["booked_to_date"] is None} == {"nobody"}
    assert all(row["booked"] == (row["booked_to_date"] or 0) for row in both)
    assert sum(row["booked"] for row in both) > 0
    assert sum(home.values("select booked from warehouse.marts.rpt_pipeline_coverage where is_over")) > 0


def test_the_audit_finds_every_sum_in_order(home: Warehouse) -> None:
    (row,) = home.query(QUERIES["sums"])
    assert row == {"deal_type": "new", "waterfalls_balance": True, "forecast_levels_add_up": True,
                   "forecast_changes_add_up": True, "bookings_agree": True}  # fmt: skip
