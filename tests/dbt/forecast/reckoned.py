"""The proof reckoned another way: loops over deals and windows in plain Python, from the written method alone.

It shares nothing with the models; only looks.py's deals go into both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, floor, sqrt
from statistics import fmean

from tests.dbt.forecast.looks import HORIZONS, NOW, STEP, Deal, chance, moments

Level = tuple[str, str, str]
"""Deal type, level and id."""


@dataclass
class Window:
    """What the methods said of a window and what came; filled in by and by."""

    number: int
    at: datetime
    purpose: str
    ends_at: datetime
    is_closed: bool = True
    deals: int = 0
    chain: float = 0.0
    variance: float = 0.0
    weighted: float = 0.0
    actual: float = 0.0
    corrected: float = 0.0
    run_rate: float | None = None
    sd: float = 0.0
    p10: float = 0.0
    p90: float = 0.0
    spread: list[float] = field(default_factory=list)

    @property
    def is_history(self) -> bool:
        return self.purpose == "backtest" and self.is_closed

    def before(self, other: Window) -> bool:
        """Whether this window had closed when the other began."""
        return self.is_history and self.ends_at <= other.at


def levels(deal: Deal) -> list[Level]:
    return [
        (deal.deal_type, "company", ""),
        (deal.deal_type, "segment", deal.segment),
        (deal.deal_type, "team", deal.team or ""),
        (deal.deal_type, "owner", deal.owner or ""),
        (deal.deal_type, "pipeline", f"{deal.connection}:{deal.pipeline_id}"),
    ]


def median_cycle(deals: Iterable[Deal], at: datetime) -> timedelta | None:
    known = [d for d in deals if d.is_won and d.closed_at < at]
    taken = sorted(d.closed_at - d.created_at for d in known if d.closed_at - d.created_at > timedelta(days=3))
    return taken[ceil(len(taken) / 2) - 1] if taken else None


def claims_close_within(deal: Deal, at: datetime, length: timedelta, cycle: timedelta | None) -> bool:
    """Whether the date that the sellers gave, or that is usual where they gave none, lies in the window."""
    if deal.close_date is not None:
        return 0 <= (deal.close_date.date() - at.date()).days < length.days
    return cycle is not None and at <= deal.created_at + cycle < at + length


def windows(deals: list[Deal], known_until: dict[str, datetime]) -> dict[tuple[Level, int], list[Window]]:
    """Every level's windows by horizon, in order, with all four methods' figures."""
    made: dict[tuple[Level, int], list[Window]] = {}
    for horizon in HORIZONS:
        length = horizon * STEP
        for row in moments().itertuples():
            at, number = row.as_of_at.to_pydatetime(), row.as_of_no
            seen = [d for d in deals if d.created_at < at <= d.closed_at]
            cycles = {kind: median_cycle([d for d in deals if d.deal_type == kind], at) for kind in ("new", "renewal")}
            here: dict[Level, Window] = {
                level: Window(number, at, row.purpose, at + length, is_closed=at + length <= NOW)
                for level, steps in made
                if steps == horizon
            }
            for deal in seen:
                for level in levels(deal):
                    w = here.setdefault(level, Window(number, at, row.purpose, at + length, at + length <= NOW))
                    p = chance(deal, horizon)
                    w.deals += 1
                    w.is_closed &= at + length <= known_until.get(deal.connection, NOW)
                    w.chain += p * deal.amount
                    w.variance += deal.amount**2 * p * (1 - p)
                    if claims_close_within(deal, at, length, cycles[deal.deal_type]):
                        w.weighted += deal.amount * (0.3 if deal.stage == "first" else 0.6)
                    if deal.is_won and deal.closed_at < at + length:
                        w.actual += deal.amount
            for level, window in here.items():
                made.setdefault((level, horizon), []).append(window)
    for row in made.values():
        for w in row:
            past = [p for p in row if p.before(w)][-26:]
            promised = sum(p.weighted for p in past)
            w.corrected = w.weighted * (sum(p.actual for p in past) / promised if promised > 0 else 1)
            w.run_rate = fmean(p.actual for p in past) if past else None
    spread(made)
    return made


def spread(made: dict[tuple[Level, int], list[Window]]) -> None:
    """Standard deviations and bounds, each window from those closed before it at the same kind of level."""
    kinds = {(level[0], level[1], horizon) for level, horizon in made}
    for kind in kinds:
        alike = [w for (lv, h), row in made.items() if (lv[0], lv[1], h) == kind for w in row]
        for w in sorted(alike, key=lambda each: each.at):
            past = [p for p in alike if p.before(w) and p.chain > 0]
            beyond = sum((p.actual - p.chain) ** 2 - p.variance for p in past)
            share = beyond / sum(p.chain**2 for p in past) if past else 0.0
            tau2 = max(0.0, (4 * 0.15**2 + len(past) * share) / (4 + len(past)))
            w.sd = sqrt(w.variance + tau2 * w.chain**2)
            misses = sorted(abs(p.actual - p.chain) / p.sd for p in past if p.sd > 0)
            n = len(misses)
            reach = max(1.2816, misses[min(n, -(-4 * (n + 1) // 5)) - 1]) if n >= 8 else 1.2816
            w.p10, w.p90 = max(0.0, w.chain - reach * w.sd), max(0.0, w.chain + reach * w.sd)


def number(draw: int, block: int) -> int:
    """The same numbers as every night's."""
    x = (draw * 1009 + block * 9176 + 12345) % 2147483647
    for _ in range(2):
        x = (x * x + 48271 * x + 11) % 2147483647
    return x


def bounds(gains: list[float], block: int) -> tuple[float, float]:
    """5th and 95th of 100 sums of whole blocks, drawn in a circle until there are as many as there were."""
    n = len(gains)
    sums = []
    for draw in range(1, 1001):
        drawn: list[float] = []
        for place in range(ceil(n / block)):
            start = number(draw, place) % n
            drawn += [gains[(start + step) % n] for step in range(block)]
        sums.append(sum(drawn[:n]))
    sums.sort()
    return sums[49], sums[950]


def tenth(p: float) -> int:
    return min(9, floor(p * 10))
