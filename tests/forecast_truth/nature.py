"""The law by which the simulated organisation's deals live, day by day. What a CRM records of it is organisation.py's.

It shares nothing with the forecast's method: days and not steps, hazards that rise and fall with age in their own way,
deals that are dead and not closed, sellers of different skill who may record only on Fridays, kinds of deals that no
column tells, and luck that all deals share for months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

AGES = 181  # older than half a year is all the same
STAGES = 4
FRIDAY, SATURDAY = 4, 5
QUARTER = 91


@dataclass(frozen=True)
class Kind:
    """One hidden kind of deal: its share, typical amount, days per stage, and the share of stays that end well."""

    share: float
    amount: float
    days: tuple[float, ...]
    well: tuple[float, ...]


KINDS = (
    Kind(0.55, 9_000, (16, 26, 36, 20), (0.58, 0.58, 0.62, 0.70)),
    Kind(0.32, 30_000, (22, 36, 50, 28), (0.52, 0.52, 0.56, 0.62)),
    Kind(0.13, 100_000, (30, 50, 70, 38), (0.42, 0.44, 0.50, 0.55)),
)


@dataclass(frozen=True)
class Company:
    """What a simulated organisation is like. Rates are per day unless said; deals per week."""

    seed: int
    days: int = 4 * 364
    deals_a_week: float = 18.0
    sellers: int = 12
    skill: float = 0.25
    on_fridays: float = 0.3
    dying: float = 0.006
    dead_cleaned: float = 0.003
    shock: float = 0.12
    shock_stays: float = 0.9
    demand: float = 0.45
    demand_stays: float = 0.93
    growth: float = 0.25
    backfilled_a_week: float = 0.35


def wandering(luck: np.random.Generator, spread: float, stays: float, weeks: int) -> np.ndarray:
    """A mood by week that forgets slowly and is zero on average."""
    pushes = luck.normal(0, spread * np.sqrt(1 - stays**2), weeks)
    mood = np.zeros(weeks)
    mood[0] = luck.normal(0, spread)
    for week in range(1, weeks):
        mood[week] = stays * mood[week - 1] + pushes[week]
    return mood


class Nature:
    """A company's chances, by day, kind, stage, age and seller."""

    def __init__(self, company: Company) -> None:
        self.company = company
        luck = np.random.default_rng([company.seed, 1])
        self.skills = np.exp(luck.normal(0, company.skill, company.sellers))
        self.fridays = luck.random(company.sellers) < company.on_fridays
        weeks = company.days // 7 + 60
        self.shocks = wandering(luck, company.shock, company.shock_stays, weeks)
        self.demands = wandering(luck, company.demand, company.demand_stays, weeks)
        self.advances, self.loses = self._shapes()

    def _shapes(self) -> tuple[np.ndarray, np.ndarray]:
        """By kind, stage and age: how a deal's chances rise at first, and fade when it has stood too long."""
        age = np.arange(AGES)
        advances, loses = [], []
        for kind in KINDS:
            for days, well in zip(kind.days, kind.well, strict=True):
                rising = np.minimum(1.5, 0.3 + 1.6 * age / days)
                fading = np.maximum(0.15, np.exp(-np.maximum(age - days, 0) / (2.5 * days)))
                advances.append(well / days * 1.4 * rising * fading)
                loses.append((1 - well) / days * 1.4 * (0.5 + 0.8 * np.minimum(age / (2 * days), 1.5)))
        shape = (len(KINDS), STAGES, AGES)
        return np.array(advances).reshape(shape), np.array(loses).reshape(shape)

    def luck(self, day: int, known: int | None = None) -> float:
        """What all deals share on a day; with `known`, what is expected of it on that earlier day."""
        company, week = self.company, day // 7
        if known is None or week <= known // 7:
            shared = float(np.exp(self.shocks[week]))
        else:
            kept = company.shock_stays ** (week - known // 7)
            shared = float(np.exp(kept * self.shocks[known // 7] + (1 - kept**2) * company.shock**2 / 2))
        return shared * self.season(day)

    @staticmethod
    def season(day: int) -> float:
        """Quarters end busily and begin slowly."""
        in_quarter = day % QUARTER
        return 1.5 if in_quarter >= QUARTER - 14 else 0.8 if in_quarter < 21 else 1.0

    def arrivals(self, day: int) -> float:
        """Deals to be expected on a day: working days, growth, summer and campaigns."""
        if day % 7 >= SATURDAY:
            return 0.0
        company = self.company
        summer = 0.6 if 210 <= day % 364 < 240 else 1.0
        grown = 1 + company.growth * (day / company.days - 0.5) * company.days / 364
        wanted = np.exp(self.demands[day // 7] - company.demand**2 / 2)
        return float(company.deals_a_week / 5 * summer * max(grown, 0.2) * wanted)

    def pace(self, day: int) -> np.ndarray:
        """By seller: how much is recorded that day."""
        weekday = day % 7
        daily = 0.03 if weekday >= SATURDAY else 1.37
        return np.where(self.fridays, 6.0 if weekday == FRIDAY else 0.0, daily)

    def chances(self, day: int, kind: np.ndarray, stage: np.ndarray, age: np.ndarray, seller: np.ndarray,
                known: int | None = None) -> dict[str, np.ndarray]:  # fmt: skip
        """What may happen to living deals in a day: arrays that broadcast together."""
        age = np.minimum(age, AGES - 1)
        pace, skill, luck = self.pace(day)[seller], self.skills[seller], self.luck(day, known)
        late = stage >= 2
        push = np.where(late, skill * luck, np.sqrt(skill * luck))
        advance = np.minimum(self.advances[kind, stage, age] * push * pace, 0.6)
        lost = np.minimum(self.loses[kind, stage, age] / np.sqrt(skill) * pace, 0.3)
        back = np.where(late, 0.002, 0.0) * pace
        dies = np.where(age >= 14, self.company.dying, 0.0) + 0.0 * pace
        return {"one": 0.93 * advance, "two": 0.07 * advance, "lost": lost, "back": back, "dies": dies}
