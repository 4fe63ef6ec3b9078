"""The books of the acceptance tests, with the moments asked about, and what the reference and its opponents say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import Book
from tests.forecast_truth.log import EVERY, FIRST_AS_OF, log_book
from tests.forecast_truth.nature import Company
from tests.forecast_truth.organisation import Organisation, organisation
from tests.forecast_truth.past import Past
from tests.forecast_truth.scores import brier, calibration_error, coverage, deciles, wape
from tests.forecast_truth.steps import boundaries
from tests.forecast_truth.windows import Judged, judged, windows

SEEDS = (1, 2, 3, 4)
YEAR, MONTH = 52, 4
LOG_HORIZONS = (7, 14, 28)
HORIZONS = (4, 13)


@dataclass(frozen=True)
class Figures:
    """One horizon of one or more books: errors of sums as WAPE, and how well the chances are meant."""

    wape: float
    weighted: float
    corrected: float
    run_rate: float
    oracle: float | None
    brier: float
    calibration: float
    worst_decile: float
    coverage: float
    as_ofs: int


def moments_of(book: Book, first: int, every: int) -> list[AsOf]:
    """Moments on boundaries, from the one so many steps after the first."""
    past = Past(book)
    return [AsOf(past, int(at)) for at in boundaries(book)[first::every]]


@cache
def log_moments() -> list[AsOf]:
    return moments_of(log_book(), FIRST_AS_OF, EVERY)


@cache
def company(seed: int, *, told: bool = False) -> tuple[Organisation, list[AsOf]]:
    """A mid-size organisation, asked every four weeks from its second year on."""
    made = organisation(Company(seed), told=told)
    return made, moments_of(made.book, YEAR, MONTH)


def known(moments: Sequence[AsOf], horizon: int, member: str | None = None) -> list[Judged]:
    """Windows for which every opponent has a figure."""
    return [one for one in judged(windows(moments, horizon, member)) if one.run_rate is not None]


def early(made: Organisation) -> list[Judged]:
    """Windows of a quarter in the weeks in which the first thirty to ninety wins have been seen."""
    moments = [each for each in moments_of(made.book, 6, 1)[:YEAR] if 30 <= each.wins_seen <= 90]
    return judged(windows(moments, 13))


@dataclass(frozen=True)
class Case:
    """A book's moments; `maker` tells the oracle's chances where there is one."""

    moments: Sequence[AsOf]
    maker: Organisation | None = None

    def oracle(self, horizon: int) -> list[float]:
        """What the oracle expects of each window that is known."""
        assert self.maker is not None
        days = horizon * 7
        wanted = {one.window.moment for one in known(self.moments, horizon)}
        return [
            float((self.maker.oracle(each.moment, days, each.open.rows) * each.open.worth).sum())
            for each in self.moments
            if each.moment in wanted
        ]


def figures(cases: Sequence[Case], horizon: int, *, oracle: bool = False) -> Figures:
    """All cases' windows and deals together."""
    told = [one for case in cases for one in known(case.moments, horizon)]
    actual = [one.window.actual for one in told]
    complete = [
        moment
        for case in cases
        for moment in case.moments
        if moment.moment + horizon * moment.book.step <= moment.book.until
    ]
    chance = np.concatenate([moment.p_win(horizon) for moment in complete])
    came = np.concatenate([moment.is_won(horizon) for moment in complete])
    best = [value for case in cases for value in case.oracle(horizon)] if oracle else None
    return Figures(
        wape=wape([one.forecast for one in told], actual),
        weighted=wape([one.window.weighted for one in told], actual),
        corrected=wape([one.corrected for one in told], actual),
        run_rate=wape([one.run_rate or 0.0 for one in told], actual),
        oracle=None if best is None else wape(best, actual),
        brier=brier(chance, came),
        calibration=calibration_error(chance, came),
        worst_decile=max(abs(said - seen) for _, said, seen in deciles(chance, came)),
        coverage=coverage(told),
        as_ofs=len(told),
    )
