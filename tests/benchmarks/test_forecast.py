"""How good the forecast is and what it costs, beside what it was meant to reach. It prints, never judges.

The method is measured by its reference; that the warehouse says the same, digit by digit, is the first line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forecast_truth.accounts import (
    HORIZONS,
    LOG_HORIZONS,
    SEEDS,
    Case,
    Figures,
    company,
    early,
    figures,
    known,
    log_moments,
)
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import organisation
from tests.forecast_truth.past import Past
from tests.forecast_truth.scores import wape
from tests.forecast_truth.tables import world_of
from tests.forecast_truth.warehouse import HORIZONS as DEAL_HORIZONS
from tests.forecast_truth.warehouse import compared

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3 * 3600)]
COMPLIANCE = f"+{DEAL_HORIZONS},path:models/compliance"
FORECAST = f"+{DEAL_HORIZONS},path:models/forecast"


def line(number: str, what: str, measured: str, target: str) -> str:
    return f"{number:4} {what:42} {measured:52} aimed at: {target}"


def rivals(found: Figures) -> str:
    told = {"a1": found.weighted, "a5": found.corrected, "n1": found.run_rate, "oracle": found.oracle}
    ratios = ", ".join(f"{found.wape / other:.2f} x {name}" for name, other in told.items() if other)
    return f"WAPE {found.wape:.3f} ({ratios})"


def meant(found: Figures) -> str:
    return f"Brier {found.brier:.3f}, ECE {found.calibration:.3f}"


def of_the_log() -> Iterator[str]:
    cases = [Case(log_moments())]
    targets = {
        7: ("F4", "<= .17, .75 x a1, .80 x n1"),
        14: ("F3", "<= .10, .35 x a1; Brier .150, ECE .03"),
        28: ("F5", "<= .10; Brier .185"),
    }
    for horizon in LOG_HORIZONS:
        found = figures(cases, horizon)
        number, target = targets[horizon]
        yield line(number, f"public log, {horizon} days, {found.as_ofs} as-ofs", rivals(found), target)
        yield line("", "", meant(found), "")
        share = found.coverage
        yield line("F9", f"public log, {horizon} days: 80 % interval", f"holds {share:.0%}", "65-97 %")


def of_the_organisation() -> Iterator[str]:
    cases = [Case(moments, made) for made, moments in map(company, SEEDS)]
    targets = {
        4: ("F7", "<= 1.30 x oracle, .90 x n1"),
        13: ("F6", "<= 1.30 x oracle, .75 x n1, .75 x a5, .35 x a1"),
    }
    pooled: list[bool] = [one.is_covered for horizon in LOG_HORIZONS for one in known(log_moments(), horizon)]
    for horizon in HORIZONS:
        found = figures(cases, horizon, oracle=True)
        number, target = targets[horizon]
        yield line(number, f"organisation, {horizon} weeks, {found.as_ofs} as-ofs", rivals(found), target)
        yield line("F9", f"organisation, {horizon} weeks: 80 % interval", f"holds {found.coverage:.0%}", "65-97 %")
        if horizon == max(HORIZONS):
            told = figures([Case(company(seed, told=True)[1]) for seed in SEEDS], horizon)
            yield line("F8", "amount band alone against told kinds", f"{found.wape / told.wape:.2f} x", "<= 1.20 x")
            measured = f"ECE {found.calibration:.4f}, worst decile {found.worst_decile:.3f}"
            yield line("F10", "chances on the organisation", measured, "ECE <= .015, deciles within .05")
        for level in (None, "band", "owner"):
            pooled += [one.is_covered for case in cases for one in known(case.moments, horizon, level)]
    yield line("F9", "80 % interval, all sets and levels", f"holds {sum(pooled) / len(pooled):.1%}", "75-88 %")
    few = [one for seed in SEEDS for one in early(company(seed)[0])]
    actual = [one.window.actual for one in few]
    ratio = wape([one.forecast for one in few], actual) / wape([one.window.weighted for one in few], actual)
    yield line("F11", "after the first 30 to 90 wins", f"{ratio:.2f} x a1", "< .5 x a1")


def of_the_warehouse(folder: Path) -> Iterator[str]:
    book = organisation(Company(1, days=4 * 364, deals_a_week=105.0, sellers=40)).book
    world = world_of(folder, book)
    world.build(COMPLIANCE)
    began = time.perf_counter()
    built = world.build(FORECAST)
    seconds = time.perf_counter() - began
    rows, found = compared(built, book)
    most = max(off for name, off in found.items() if name != "unmatched")
    yield line(
        "F1", f"SQL against the reference, {rows:,} rows", f"{most:.1e}, {found['unmatched']:.0f} unmatched", "<= 1e-9"
    )
    now_open = built.values("select count(*) from forecast.int_forecast_open_deals where purpose = 'now'")[0]
    moments = built.values("select count(distinct as_of_at) from forecast.int_forecast_open_deals")[0]
    snapshots = len(Past(book).transitions.rows)
    yield line("F14", f"{now_open:,} open deals, {snapshots:,} snapshots, {moments} as-ofs",
               f"{seconds:.1f} s ({seconds / moments:.2f} s each)", "< 60 s for 24, < 5 s for one")  # fmt: skip


def test_the_forecast(tmp_path: Path) -> None:
    for part in (of_the_warehouse(tmp_path), of_the_log(), of_the_organisation()):
        for told in part:
            print("\n" + told, end="")
