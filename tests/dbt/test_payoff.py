"""Does it pay? Deals made by hand, whose difference is known, and the interval's arithmetic done another way.

Each deal type is a market of its own: one without any difference, one with, one where only the size of the deals makes
it look so, one with a handful of deals, one whose winners were tidied up after the win, and one that gives discounts.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isclose, sqrt
from typing import Any

import pytest

from tests.dbt.compliance_tables import World
from tests.dbt.harness import Warehouse
from tests.dbt.payoff_markets import DEALS, Deal, world_of

Z = 1.959964


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return world_of(World(tmp_path_factory.mktemp("payoff"))).build(
        "path:models/compliance rpt_compliance_payoff rpt_step_value rpt_predictability"
    )


def told(built: Warehouse, kind: str, comparison: str = "all", *, pooled: bool = False) -> dict[str, Any]:
    (row,) = built.query(
        "select * from warehouse.marts.rpt_compliance_payoff where deal_type = ? and comparison = ? and is_pooled = ? "
        "and (is_pooled or comparison = 'all')", kind, comparison, pooled)  # fmt: skip
    return row


def shares(kind: str, wanted: Callable[[Deal], bool] = lambda _: True) -> tuple[int, int, int, int]:
    """Met, met and won, not met, not met and won: counted from the deals as they were made."""
    deals = [deal for deal in DEALS if deal.kind == kind and wanted(deal)]
    met, others = [d for d in deals if d.met], [d for d in deals if not d.met]
    return len(met), sum(d.won for d in met), len(others), sum(d.won for d in others)


def wilson(won: int, n: int) -> tuple[float, float]:
    """Both shares whose distance from what was seen is Z of their own standard errors, found by halving."""

    def root(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            near = abs(won / n - middle) <= Z * sqrt(middle * (1 - middle) / n)
            inside, outside = (middle, outside) if near else (inside, middle)
        return inside

    return root(won / n, 0.0), root(won / n, 1.0)


def newcombe(n1: int, won1: int, n0: int, won0: int) -> tuple[float, float, float]:
    (low1, high1), (low0, high0) = wilson(won1, n1), wilson(won0, n0)
    p1, p0 = won1 / n1, won0 / n0
    below = sqrt((p1 - low1) ** 2 + (high0 - p0) ** 2)
    above = sqrt((high1 - p1) ** 2 + (p0 - low0) ** 2)
    return p1 - p0, p1 - p0 - below, p1 - p0 + above


@pytest.mark.parametrize("kind", ["new", "expansion", "renewal", "partner"])
def test_the_interval_is_newcombes(built: Warehouse, kind: str) -> None:
    row, counted = told(built, kind), shares(kind)
    assert (row["deals_kept"], row["deals_not_kept"]) == (counted[0], counted[2])
    if kind == "partner":
        return
    shown = (row["win_difference"], row["win_difference_low"], row["win_difference_high"])
    assert all(isclose(a, b, abs_tol=1e-6) for a, b in zip(shown, newcombe(*counted), strict=True))


def test_chance_shows_nothing(built: Warehouse) -> None:
    verdicts = built.query("select distinct comparison, verdict from warehouse.marts.rpt_step_value "
                           "where deal_type = 'new' and verdict <> 'too few'")  # fmt: skip
    assert {row["verdict"] for row in verdicts} == {"not shown"}
    assert {"all", "amount", "owner"} <= {row["comparison"] for row in verdicts}
    assert "not shown (grace 3600 seconds, completion counts)" in told(built, "new")["sentence"]


def test_a_true_difference_is_associated_and_never_called_a_cause(built: Warehouse) -> None:
    row = told(built, "expansion")
    assert (row["verdict"], row["days_verdict"]) == ("associated", "associated")
    assert 0.1 < row["win_difference_low"] < 0.25 < row["win_difference_high"] < 0.45
    assert row["days_difference_high"] < -8
    assert "associated, which does not say that it is the cause" in row["sentence"]


def test_time_and_margin_are_compared_among_won_deals(built: Warehouse) -> None:
    row = told(built, "expansion")
    arms = [[d for d in DEALS if d.kind == "expansion" and d.won and d.met is met] for met in (True, False)]
    assert (row["won_kept"], row["won_not_kept"]) == tuple(len(arm) for arm in arms)
    for name, of in (("days", lambda d: d.days), ("margin", lambda d: d.margin)):
        means = [sum(of(d) for d in arm) / len(arm) for arm in arms]
        spreads = [sum((of(d) - mean) ** 2 for d in arm) / (len(arm) - 1) / len(arm)
                   for arm, mean in zip(arms, means, strict=True)]  # fmt: skip
        difference, reach = means[0] - means[1], Z * sqrt(sum(spreads))
        assert isclose(row[f"{name}_difference"], difference, abs_tol=1e-6)
        assert isclose(row[f"{name}_difference_low"], difference - reach, abs_tol=1e-6)
        assert isclose(row[f"{name}_difference_high"], difference + reach, abs_tol=1e-6)
    assert row["margin_verdict"] == "not shown"
    assert told(built, "new")["margin_verdict"] == "too few"


def test_the_amount_is_compared_by_what_is_left_of_it_and_not_by_size(built: Warehouse) -> None:
    row = told(built, "price")
    arms = [[d.brought for d in DEALS if d.kind == "price" and d.won and d.met is met] for met in (True, False)]
    means = [sum(arm) / len(arm) for arm in arms]
    assert isclose(row["amount_kept"], means[0], abs_tol=1e-9)
    assert isclose(row["amount_not_kept"], means[1], abs_tol=1e-9)
    spreads = [sum((of - mean) ** 2 for of in arm) / (len(arm) - 1) / len(arm)
               for arm, mean in zip(arms, means, strict=True)]  # fmt: skip
    reach = Z * sqrt(sum(spreads))
    assert isclose(row["amount_difference_low"], means[0] - means[1] - reach, abs_tol=1e-6)
    assert isclose(row["amount_difference_high"], means[0] - means[1] + reach, abs_tol=1e-6)
    assert (row["verdict"], row["amount_verdict"]) == ("not shown", "associated")
    assert told(built, "new")["amount_verdict"] == "not shown", "no amount ever changed"
    assert told(built, "partner")["amount_verdict"] == "too few"


def test_what_only_the_size_makes_so_is_not_shown(built: Warehouse) -> None:
    """All deals together differ by far; compared within their size they do not, and the verdict listens to that."""
    row, pool = told(built, "renewal"), told(built, "renewal", "amount", pooled=True)
    assert row["win_difference_high"] < -0.1
    assert pool["win_difference_low"] < 0 < pool["win_difference_high"]
    assert (row["verdict"], pool["verdict"]) == ("not shown", "not shown")
    assert "not shown, among deals that are otherwise alike it is not there" in row["sentence"]


def test_the_pool_weighs_each_size_by_what_it_can_tell(built: Warehouse) -> None:
    """Against Mantel and Haenszel's difference and Greenland and Robins's variance, close for large strata."""
    pool = told(built, "renewal", "amount", pooled=True)
    strata = [shares("renewal", lambda d, size=size: d.amount == size) for size in (100, 1_000, 10_000)]
    weights = [n1 * n0 / (n1 + n0) for n1, _, n0, _ in strata]
    differences = [won1 / n1 - won0 / n0 for n1, won1, n0, won0 in strata]
    expected = sum(w * d for w, d in zip(weights, differences, strict=True)) / sum(weights)
    spread = sum(w**2 * (won1 / n1 * (1 - won1 / n1) / n1 + won0 / n0 * (1 - won0 / n0) / n0)
                 for w, (n1, won1, n0, won0) in zip(weights, strata, strict=True))  # fmt: skip
    assert isclose(pool["win_difference"], expected, abs_tol=1e-6)
    reach = (pool["win_difference_high"] - pool["win_difference_low"]) / 2
    assert isclose(reach, Z * sqrt(spread) / sum(weights), rel_tol=0.03)


def test_a_handful_of_deals_is_counted_and_not_compared(built: Warehouse) -> None:
    row = told(built, "partner")
    assert (row["deals_kept"], row["deals_not_kept"], row["verdict"]) == (35, 29, "too few")
    figures = [name for name in row if "rate" in name or "difference" in name or name.startswith(("days_to", "brier"))]
    assert len(figures) > 10
    assert [name for name in figures if row[name] is not None] == []
    assert "too few deals to compare, 35 with" in row["sentence"]


def test_a_win_before_the_step_is_not_a_win_by_the_step(built: Warehouse) -> None:
    row = told(built, "tidy")
    assert (row["deals_kept"], row["deals_not_kept"], row["deals_closed_first"]) == (0, 0, 80)
    assert row["verdict"] == "too few"


def scatter(built: Warehouse, kind: str) -> dict[str, Any]:
    (row,) = built.query(
        "select * from warehouse.marts.rpt_predictability where deal_type = ? and step_key is null", kind
    )
    return row


def test_the_spread_of_what_deals_bring_is_that_of_coins(built: Warehouse) -> None:
    """Amounts do not change here, so each deal is a coin: sqrt((1 - p) / p), and 1 / (4 n p^2) its variance."""
    row, (n1, won1, n0, won0) = scatter(built, "expansion"), shares("expansion")
    p1, p0 = won1 / n1, won0 / n0
    difference = sqrt((1 - p1) / p1) - sqrt((1 - p0) / p0)
    reach = Z * sqrt(1 / (4 * n1 * p1**2) + 1 / (4 * n0 * p0**2))
    assert isclose(row["spread_kept"], sqrt((1 - p1) / p1), abs_tol=1e-9)
    assert isclose(row["spread_difference"], difference, abs_tol=1e-9)
    assert isclose(row["spread_difference_low"], difference - reach, abs_tol=1e-6)
    assert isclose(row["spread_difference_high"], difference + reach, abs_tol=1e-6)


def test_predictability_is_claimed_only_where_it_is_there_among_like_deals(built: Warehouse) -> None:
    verdicts = {kind: scatter(built, kind)["verdict"] for kind in ("new", "expansion", "renewal", "partner")}
    assert verdicts == {
        "new": "not shown", "expansion": "associated", "renewal": "not shown", "partner": "too few",
    }  # fmt: skip
    renewal = scatter(built, "renewal")
    assert renewal["spread_difference_low"] > 0, "all sizes together differ, by the sizes alone"
    assert renewal["spread_difference_alike_low"] < 0 < renewal["spread_difference_alike_high"]
    assert scatter(built, "partner")["spread_kept"] is None
    assert "too few won deals that had an amount then to compare" in scatter(built, "partner")["sentence"]
