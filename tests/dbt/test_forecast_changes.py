"""Why the forecast moved since the night before: over random histories all causes add up to the change, to the cent."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.dbt.test_pipeline_movements import PATHS, life, world

MODELS = f"{PATHS} path:models/forecast rpt_forecast_changes"


@pytest.mark.slow
def test_the_causes_add_up_to_the_change_of_every_period(tmp_path: Path) -> None:
    random = Random(11)
    home = world(tmp_path, [life(random) for _ in range(900)], MODELS)
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
