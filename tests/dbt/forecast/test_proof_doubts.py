"""Traps and bad input: where figures would flatter or shame a method by the data's fault, nothing is called proven.

Each test feeds the input that should set off the detector; the same book without it is the control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.forecast.looks import NOW, STEP, Deal, Desk, book
from tests.dbt.harness import Warehouse

pytestmark = pytest.mark.slow

Prove = Callable[..., Warehouse]
SOUND = [replace(deal, deal_type="new", connection="acme") for deal in book(seed=3, deals=300)]


@pytest.fixture
def prove(tmp_path: Path) -> Prove:
    def proved(deals: Iterable[Deal], **how: Any) -> Warehouse:
        desk = Desk(tmp_path)
        desk.fill(deals, **how)
        return desk.prove()

    return proved


def company(home: Warehouse, method: str = "chain", horizon: int = 4) -> dict[str, Any]:
    """The company's row of the scorecard."""
    (row,) = home.query(
        "select * from warehouse.marts.rpt_forecast_scorecard"
        " where level = 'company' and method = ? and horizon_steps = ?", method, horizon,
    )  # fmt: skip
    return row


def test_a_sound_book_raises_no_doubt(prove: Prove) -> None:
    row = company(prove(SOUND))
    assert (row["doubt"], row["remark"]) == (None, None)
    assert row["n_windows"] >= 20


def test_todays_close_date_in_the_past_proves_nothing(prove: Prove) -> None:
    """Dates that say when deals really closed make the weighted pipeline look as if it had known."""
    told = [replace(deal, close_date=deal.closed_at) for deal in SOUND]
    leaking = company(prove(told, dated=False))
    assert leaking["doubt"] == "close dates without history"
    assert leaking["verdict"] == "not_proven"
    assert "close dates without history" in leaking["sentence"]


def test_only_closed_deals_prove_nothing(prove: Prove) -> None:
    """An export of what has closed leaves out the deals that would have shown how slow it is."""
    row = company(prove([deal for deal in SOUND if deal.closed_at < NOW]))
    assert (row["doubt"], row["verdict"]) == ("no open deals", "not_proven")


def test_losses_that_nobody_records_are_told(prove: Prove) -> None:
    """Lost deals stay open for ever: the back-test still holds, and says on what it rests."""
    never = datetime.fromisoformat("2030-01-01")
    row = company(prove([deal if deal.is_won else replace(deal, closed_at=never) for deal in SOUND]))
    assert row["remark"] == "no losses recorded"
    assert "no losses recorded" in row["sentence"]


def test_nothing_after_the_moment_is_looked_at(tmp_path: Path) -> None:
    """A back-test told a quarter earlier, from what was known then, is the same but for the order of its sums."""
    earlier = NOW - 13 * STEP
    forecasts = (
        "select as_of_at, horizon_steps, level, level_id, method, forecast, sd, p10, p90"
        " from warehouse.marts.rpt_forecast_backtest where as_of_at < ? order by all"
    )
    told = []
    for now in (NOW, earlier):
        desk = Desk(tmp_path / str(now.date()))
        desk.fill([deal for deal in SOUND if deal.created_at < now], now=now)
        told.append(desk.prove().query(forecasts, earlier))
    assert len(told[0]) == len(told[1]) > 1000
    for row, other in zip(*told, strict=True):
        assert row == {name: pytest.approx(value, rel=1e-12, abs=1e-9) if isinstance(value, float) else value
                       for name, value in other.items()}  # fmt: skip


def test_no_closed_deals_no_verdict(prove: Prove) -> None:
    never = datetime.fromisoformat("2030-01-01")
    home = prove([replace(deal, closed_at=never) for deal in SOUND], mode="none")
    row = company(home)
    assert (row["n_windows"], row["wape"], row["verdict"]) == (0, None, "not_proven")
    assert row["sentence"] == "28 days, new, company: not proven: no window to compare"
    methods = home.values("select distinct method from warehouse.marts.rpt_forecast_backtest")
    assert "chain" not in methods
    assert "weighted_pipeline" in methods


def test_a_company_without_deals_has_no_scorecard_and_no_failure(prove: Prove) -> None:
    home = prove([])
    for mart in ("rpt_forecast_backtest", "rpt_forecast_scorecard", "rpt_forecast_calibration"):
        assert home.values(f"select count(*) from warehouse.marts.{mart}") == [0]


def test_close_dates_that_all_lie_behind_promise_nothing(prove: Prove) -> None:
    overdue = [replace(deal, close_date=deal.created_at - timedelta(days=1)) for deal in SOUND]
    home = prove(overdue)
    row, weighted, corrected = (company(home, method) for method in ("chain", "weighted_pipeline", "bias_corrected"))
    assert row["remark"] == "no close date ahead"
    assert weighted["wape"] == corrected["wape"] == 1
    assert weighted["bias"] == -1


@pytest.mark.parametrize("amount", [1e13, 1e-2, -1e13])
def test_absurd_amounts_stop_no_night(prove: Prove, amount: float) -> None:
    """One deal of a ten trillion decides everything, so nothing is proven; nothing overflows either."""
    row = company(prove([replace(SOUND[0], amount=amount), *SOUND[1:]]))
    if abs(amount) > 1:
        assert (row["doubt"], row["verdict"]) == ("one deal decides", "not_proven")
    else:
        assert row["doubt"] is None


def test_amounts_that_nobody_entered_count_as_nothing(prove: Prove) -> None:
    row = company(prove([replace(deal, amount=0.0) for deal in SOUND]))
    assert (row["wape"], row["verdict"]) == (None, "not_proven")
    assert row["skill_vs_run_rate"] is None


def test_one_deal_of_half_the_book_proves_nothing(prove: Prove) -> None:
    biggest = max((d for d in SOUND if d.closed_at < NOW), key=lambda d: d.closed_at - d.created_at)
    whale = replace(biggest, amount=20 * sum(d.amount for d in SOUND))
    row = company(prove([whale if deal is biggest else deal for deal in SOUND]))
    assert (row["doubt"], row["verdict"]) == ("one deal decides", "not_proven")


def test_a_baseline_that_wins_is_named(prove: Prove) -> None:
    """A chain that expects most deals to be closed within weeks is worse than the run-rate, and the page says so."""
    row = company(prove([replace(deal, odds=0.9) for deal in SOUND]), horizon=13)
    assert row["verdict"] == "worse"
    assert row["least_wrong"] in {"run_rate", "bias_corrected", "weighted_pipeline"}
    assert "a baseline wins, trust it and not the chain" in row["sentence"]
