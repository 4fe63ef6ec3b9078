"""The back-test, its intervals and its verdict against the same figures reckoned another way.

Single rules have unit tests beside the models; what is bad input, and what the product says then, is in
test_proof_doubts.py.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from math import isclose, log
from typing import Any

import pytest

from tests.dbt.forecast import reckoned
from tests.dbt.forecast.looks import HORIZONS, NOW, Desk, book, chance
from tests.dbt.harness import Warehouse

METHODS = ("chain", "weighted_pipeline", "bias_corrected", "run_rate")
STALE_SINCE = NOW - timedelta(days=40)
DEALS = book(seed=5)
Made = dict[tuple[reckoned.Level, int], list[reckoned.Window]]


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    desk = Desk(tmp_path_factory.mktemp("proof"))
    desk.fill(DEALS, judged_at={"beta": STALE_SINCE})
    return desk.prove()


@pytest.fixture(scope="module")
def expected() -> Made:
    return reckoned.windows(DEALS, {"beta": STALE_SINCE})


def same(told: Any, reckoned_: Any) -> bool:
    if told is None or reckoned_ is None:
        return told is reckoned_
    return isclose(told, reckoned_, rel_tol=1e-9, abs_tol=1e-6)


def test_every_window_is_told_with_all_four_figures(proved: Warehouse, expected: Made) -> None:
    rows = proved.query("select * from forecast.int_forecast_judged")
    told = {
        ((r["deal_type"], r["level"], r["level_id"]), r["horizon_steps"], r["as_of_no"]): r for r in rows
    }  # fmt: skip
    wanted = {(level, horizon, w.number): w for (level, horizon), row in expected.items() for w in row}
    assert told.keys() == wanted.keys()
    differing = []
    for key, w in wanted.items():
        r = told[key]
        pairs = {
            "is_closed": (r["is_closed"], w.is_closed), "open_deals": (r["open_deals"], w.deals),
            "actual": (r["actual"], w.actual if w.is_closed else None), "chain": (r["chain"], w.chain),
            "weighted": (r["weighted_pipeline"], w.weighted), "corrected": (r["bias_corrected"], w.corrected),
            "run_rate": (r["run_rate"], w.run_rate), "sd": (r["sd"], w.sd), "p10": (r["p10"], w.p10),
            "p90": (r["p90"], w.p90),
        }  # fmt: skip
        differing += [(key, name, pair) for name, pair in pairs.items() if not same(*pair)]
    assert differing == []
    assert sum(not w.is_closed for w in wanted.values()) > sum(w.ends_at > NOW for w in wanted.values()), "stale"


def compared(expected: Made, kind: tuple[str, str], horizon: int) -> dict[int, list[reckoned.Window]]:
    """Windows that count, by their moment."""
    found = defaultdict(list)
    for (level, steps), row in expected.items():
        for w in row:
            if level[:2] == kind and steps == horizon and w.is_history and w.run_rate is not None:
                found[w.number].append(w)
    return dict(sorted(found.items()))


def figures(w: reckoned.Window) -> dict[str, float]:
    return dict(zip(METHODS, (w.chain, w.weighted, w.corrected, w.run_rate or 0.0), strict=True))


def test_the_scorecard_is_that_of_the_windows(proved: Warehouse, expected: Made) -> None:
    card = {
        (r["deal_type"], r["level"], r["horizon_steps"], r["method"]): r
        for r in proved.query("select * from warehouse.marts.rpt_forecast_scorecard")
    }
    kinds = {(level[0], level[1], horizon) for level, horizon in expected}
    assert len(card) == len(kinds) * 4 == 80
    for deal_type, level, horizon in kinds:
        groups = compared(expected, (deal_type, level), horizon)
        judged = [w for row in groups.values() for w in row]
        won = sum(abs(w.actual) for w in judged)
        ours = card[deal_type, level, horizon, "chain"]
        assert ours["n_windows"] == len(groups) > 8
        span = max(w.ends_at for w in judged) - min(w.at for w in judged)
        assert ours["n_independent_windows"] == span // timedelta(weeks=horizon)
        for method in METHODS:
            row = card[deal_type, level, horizon, method]
            assert same(row["wape"], sum(abs(figures(w)[method] - w.actual) for w in judged) / won)
            assert same(row["bias"], sum(figures(w)[method] - w.actual for w in judged) / won)
        held = [w.p10 <= w.actual <= w.p90 for w in judged if w.chain > 0]
        assert same(ours["coverage80"], sum(held) / len(held))
        scores = [
            w.p90 - w.p10 + 10 * (max(w.p10 - w.actual, 0) + max(w.actual - w.p90, 0)) for w in judged if w.chain > 0
        ]
        assert same(ours["interval_score"], sum(scores) / sum(w.actual for w in judged if w.chain > 0))
        assert 0 <= ours["coverage_lo"] < ours["coverage_hi"] <= 1 + 1e-9
        assert ours["coverage_lo"] <= ours["coverage80"] <= ours["coverage_hi"] + 1e-9


def test_the_verdict_is_that_of_the_bootstrap(proved: Warehouse, expected: Made) -> None:
    seen = set()
    for row in proved.query("select * from warehouse.marts.rpt_forecast_scorecard where method = 'chain'"):
        groups = compared(expected, (row["deal_type"], row["level"]), row["horizon_steps"])
        missed = {m: [sum(abs(figures(w)[m] - w.actual) for w in group) for group in groups.values()] for m in METHODS}
        lows, highs = [], []
        for baseline in METHODS[1:]:
            gains = [theirs - ours for theirs, ours in zip(missed[baseline], missed["chain"], strict=True)]
            low, high = reckoned.bounds(gains, {4: 1, 13: 4}[row["horizon_steps"]])
            total = sum(missed[baseline])
            assert same(row[f"skill_vs_{baseline}"], sum(gains) / total)
            assert same(row[f"skill_vs_{baseline}_low"], low / total)
            assert same(row[f"skill_vs_{baseline}_high"], high / total)
            lows.append(low)
            highs.append(high)
        verdict = "better" if min(lows) > 0 else "worse" if min(highs) < 0 else "not_proven"
        assert (row["verdict"], row["doubt"]) == (verdict, None)
        assert row["least_wrong"] == min(METHODS, key=lambda m: sum(missed[m]))
        seen.add(verdict)
    assert len(seen) > 1, "every row has one verdict: nothing was tried"


def test_chances_of_single_deals_are_scored(proved: Warehouse, expected: Made) -> None:
    for deal_type in ("new", "renewal"):
        for horizon in HORIZONS:
            at = {w.at: w for w in (g[0] for g in compared(expected, (deal_type, "company"), horizon).values())}
            said = [
                (chance(d, horizon), float(d.is_won and d.closed_at < w.ends_at))
                for w in at.values()
                for d in DEALS
                if d.deal_type == deal_type and d.created_at < w.at <= d.closed_at
            ]
            off: dict[int, float] = defaultdict(float)
            for p, y in said:
                off[reckoned.tenth(p)] += p - y
            (row,) = proved.query(
                "select * from warehouse.marts.rpt_forecast_scorecard where level = 'company' and method = 'chain'"
                " and deal_type = ? and horizon_steps = ?", deal_type, horizon,
            )  # fmt: skip
            assert same(row["brier"], sum((p - y) ** 2 for p, y in said) / len(said))
            assert same(row["log_loss"], sum(-log(p if y else 1 - p) for p, y in said) / len(said))
            assert same(row["ece"], sum(map(abs, off.values())) / len(said))


def test_calibration_counts_a_deal_once_in_its_bounds(proved: Warehouse, expected: Made) -> None:
    rows = proved.query("select * from warehouse.marts.rpt_forecast_calibration where horizon_steps = 13")
    for cut in ("stage", "chance"):
        looks = sum(r["n"] for r in rows if r["cut"] == cut)
        closed = [w for (lv, h), row in expected.items() if lv[1] == "company" and h == 13 for w in row]
        assert looks >= sum(w.deals for w in closed if w.is_history)
    assert all(r["deals"] <= r["n"] and r["wilson_lo"] <= r["observed_p"] <= r["wilson_hi"] for r in rows)
    assert any(r["deals"] < r["n"] for r in rows)
    off = [r for r in rows if r["definition_is_off"]]
    assert all(not r["wilson_lo"] <= r["definition_p"] <= r["wilson_hi"] for r in off)
