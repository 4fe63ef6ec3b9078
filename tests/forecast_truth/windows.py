"""What was forecast and what came, window by window: the method beside its three opponents, and its interval.

A window begins at a moment and lasts a horizon of steps. At a moment, only windows that had closed by then are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from tests.forecast_truth.asof import AsOf
from tests.forecast_truth.book import DAY

LATEST = 26
TAU, TAU_WEIGHT = 0.15, 4.0
NORMAL = 1.2816
ENOUGH = 8


@dataclass(frozen=True)
class Window:
    """One level's part of one window. `weighted` is what the CRM would say, `independent` the variance deal by deal.

    There is no forecast where the chain has too little to go by.
    """

    moment: int
    ends: int
    member: str
    forecast: float | None
    weighted: float
    actual: float
    independent: float


@dataclass(frozen=True)
class Judged:
    """A window with what its opponents said and its own interval, as they were known at its beginning."""

    window: Window
    forecast: float
    corrected: float
    run_rate: float | None
    sd: float
    low: float
    high: float

    @property
    def is_covered(self) -> bool:
        return self.low <= self.window.actual <= self.high


def due(moment: AsOf, horizon: int) -> np.ndarray:
    """Which open deals are expected in the window: by the close date recorded before it, else after the usual cycle."""
    book, rows = moment.book, moment.open.rows
    ends = moment.moment + horizon * book.step
    told = book.valued("close", rows, np.full(len(rows), moment.moment))
    days = np.array([np.nan if day is None else day for day in told], dtype=float)
    cycle = moment.past.median_cycle(moment.moment)
    usual = book.created[rows] + cycle if cycle is not None else np.full(len(rows), -1)
    at = np.where(np.isnan(days), usual, np.nan_to_num(days) * DAY)
    return (at >= moment.moment) & (at < ends)


def windows(moments: Iterable[AsOf], horizon: int, member: str | None = None) -> list[Window]:
    """The windows of a level that the book has lived through: the whole company, or by `band` (the chain's segments),
    `owner`, or what else is a column of the deals.

    Amounts are those of the window's beginning on every side. A member that has had an open deal stays to the end.
    """
    found: list[Window] = []
    seen: set[str] = set()
    for moment in moments:
        ends = moment.moment + horizon * moment.book.step
        if ends > moment.book.until:
            continue
        has_chain = moment.mode != "none"
        p = moment.p_win(horizon) if has_chain else np.zeros(len(moment.open.rows))
        worth = moment.open.worth
        columns = {
            "forecast": p * worth,
            "weighted": worth * moment.definition * due(moment, horizon),
            "actual": worth * moment.is_won(horizon),
            "independent": worth**2 * p * (1 - p),
        }
        members = _members(moment, member)
        seen |= set(members)
        for name in sorted(seen):
            sums: dict[str, float | None] = {key: float(each[members == name].sum()) for key, each in columns.items()}
            if not has_chain:
                sums["forecast"] = None
            found.append(Window(moment.moment, ends, name, **sums))
    return found


def _members(moment: AsOf, column: str | None) -> np.ndarray:
    rows = moment.open.rows
    if column is None:
        return np.full(len(rows), "", dtype=object)
    if column == "band":
        return np.array([moment.named(label) for label in moment.open.label], dtype=object)
    if column == "owner":
        return moment.book.valued("owner", rows, np.full(len(rows), moment.moment))
    return moment.book.deals[column].to_numpy(object)[rows]


def judged(told: Sequence[Window]) -> list[Judged]:
    """The windows of one level kind and horizon that have a forecast, judged by those that had closed before them."""
    done: list[Judged] = []
    ordered = sorted(told, key=lambda each: (each.moment, each.member))
    for window in ordered:
        if window.forecast is None:
            continue
        own = [one for one in ordered if one.member == window.member and one.ends <= window.moment][-LATEST:]
        weighted, actual = sum(one.weighted for one in own), sum(one.actual for one in own)
        known = [one for one in done if one.window.ends <= window.moment and one.forecast > 0]
        sd = sqrt(window.independent + shock(known) * window.forecast**2)
        half = sd * widening(known)
        low, high = max(0.0, window.forecast - half), window.forecast + half
        corrected = window.weighted * (actual / weighted if weighted else 1.0)
        done.append(Judged(window, window.forecast, corrected, actual / len(own) if own else None, sd, low, high))
    return done


def shock(known: Sequence[Judged]) -> float:
    """What all deals share, by the moments of closed windows; a window counts by the square of its forecast.

    Otherwise a single seller's quarter in which nothing had been expected would make everybody's interval useless.
    """
    if not known:
        return TAU**2
    excess = sum((one.window.actual - one.forecast) ** 2 - one.window.independent for one in known)
    share = excess / sum(one.forecast**2 for one in known)
    return max(0.0, (TAU_WEIGHT * TAU**2 + len(known) * share) / (TAU_WEIGHT + len(known)))


def widening(known: Sequence[Judged]) -> float:
    """How many standard deviations hold four windows of five: never less than the normal says."""
    if len(known) < ENOUGH:
        return NORMAL
    off = sorted(abs(one.window.actual - one.forecast) / one.sd for one in known if one.sd > 0)
    return max(NORMAL, off[min(ceil(0.8 * (len(off) + 1)), len(off)) - 1])
