"""One moment of a book: what stood open, what the chain says of it, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tests.forecast_truth.book import DAY, NEVER, Process, Stage
from tests.forecast_truth.chain import AGES, PERCENTILES, Hazards, Rows, band, curves, cuts, hazards, priors
from tests.forecast_truth.past import Past

STEPS = 28
MIN_WINS, MIN_WEEKS = 30, 6
AMOUNT_WEIGHT = 20.0
BANDS = len(PERCENTILES) + 1


@dataclass(frozen=True)
class Open:
    """The deals open at a moment; `label` is the segment that the chain knows, `worth` an amount that adds up."""

    rows: np.ndarray
    state: np.ndarray
    steps: np.ndarray
    amount: np.ndarray
    worth: np.ndarray
    label: np.ndarray


class AsOf:
    """What could be known at a moment, and a forecast made of it."""

    def __init__(self, told: Past, moment: int, steps: int = STEPS) -> None:
        self.moment, self.steps, self.book, self.told = moment, steps, told.book, told
        self.process = told.book.process_at(moment)
        self.is_single = told.is_single(moment)
        self.past = told.single if self.is_single else told

    @cached_property
    def training(self) -> np.ndarray:
        """The transitions lived through before the moment, without deals that had only been entered as won."""
        past = self.past.transitions
        return (past.at + self.book.step <= self.moment) & ~(self.past.backfilled[past.rows] < self.moment)

    @cached_property
    def cuts(self) -> list[float]:
        there = np.flatnonzero(self.book.created < self.moment)
        return cuts(self.book.amounts(there, np.full(len(there), self.moment)))

    def labels(self, rows: np.ndarray, amounts: np.ndarray) -> np.ndarray:
        """The user's segment and the amount's band, of deals, as one code."""
        return self.past.segment[rows] * BANDS + band(amounts, self.cuts)

    def named(self, label: int) -> str:
        return f"{self.past.segments[label // BANDS]}/{label % BANDS}"

    @cached_property
    def wins_seen(self) -> int:
        """Wins of deals that had been seen open."""
        return int((self.past.transitions.destination[self.training] == self.past.won).sum())

    @cached_property
    def mode(self) -> str:
        past = self.past.transitions.at[self.training]
        if not len(past) or self.wins_seen < MIN_WINS or self.moment - past.min() < MIN_WEEKS * 7 * DAY:
            return "none"
        return "single_state" if self.is_single else "stage_chain"

    @cached_property
    def open(self) -> Open:
        return self._open_in(self.past)

    def _open_in(self, past: Past) -> Open:
        found, moment = past.runs, self.moment
        there = (found.entered < moment) & (moment <= found.left) & found.is_open
        there &= self.book.created[found.rows] < moment
        rows, state = found.rows[there], found.state[there]
        steps = np.minimum((moment - found.entered[there]) // self.book.step, AGES - 1)
        amount = self.book.amounts(rows, np.full(len(rows), moment))
        return Open(rows, state, steps, amount, np.nan_to_num(amount), self.labels(rows, amount))

    @cached_property
    def definition(self) -> np.ndarray:
        """What the process says of each open deal: the probability of its stage."""
        staged = self._open_in(self.told)
        defined = np.array([self.process.probability.get(name, 0.0) for name in self.told.names])
        known = np.zeros(len(self.book.deals))
        known[staged.rows] = defined[staged.state]
        return known[self.open.rows]

    @cached_property
    def hazards(self) -> Hazards:
        past, kept = self.past.transitions, self.training
        labels = self.labels(past.rows[kept], past.amount[kept])
        rows = Rows(labels, past.state[kept], past.steps[kept], past.destination[kept])
        process, constants = self.process, self.past.constants
        if self.is_single:
            process = Process((Stage("open", float(self.definition.mean())),))
        segments = len(self.past.segments) * BANDS
        return hazards(rows, segments, priors(process, self.past.names, constants), constants)

    @cached_property
    def curves(self) -> tuple[np.ndarray, np.ndarray]:
        """P(won) and P(lost) of each open deal in exactly step 1, 2, …: one row per step."""
        won, lost = curves(self.hazards, self.steps)
        place = (slice(None), self.open.label, self.open.state, self.open.steps)
        return won[place], lost[place]

    def p_win(self, horizon: int) -> np.ndarray:
        """Each open deal's chance to be won within so many steps."""
        if horizon > self.steps:
            raise ValueError(f"{horizon} steps were asked for, and the curves are made for {self.steps}")
        return self.curves[0][:horizon].sum(axis=0)

    @cached_property
    def amount_ratio(self) -> np.ndarray:
        """By state: what was won of what had been recorded, from each won deal's last snapshot in the state."""
        past, won_at = self.past.transitions, self.past.first_won
        ratios = np.ones(len(self.past.names))
        use = self.training & (won_at[past.rows] < self.moment) & (past.at < won_at[past.rows]) & (past.amount > 0)
        for state in np.unique(past.state[use]):
            chosen = np.flatnonzero(use & (past.state == state))
            chosen = chosen[np.lexsort((past.at[chosen], past.rows[chosen]))]
            last = chosen[np.append(past.rows[chosen][1:] != past.rows[chosen][:-1], True)]
            rows, before = past.rows[last], past.amount[last]
            final = np.nan_to_num(self.book.amounts(rows, won_at[rows] + 1))
            added = AMOUNT_WEIGHT * before.mean()
            ratios[state] = (final.sum() + added) / (before.sum() + added)
        return ratios

    def expected(self, horizon: int) -> np.ndarray:
        """What each open deal is expected to bring within so many steps."""
        return self.p_win(horizon) * self.open.worth * self.amount_ratio[self.open.state]

    @cached_property
    def closings(self) -> tuple[np.ndarray, np.ndarray]:
        """When each open deal was first closed from the moment on, and whether by winning. For judging only."""
        found = self.past.runs
        closes = ~found.is_open & (found.entered >= self.moment)
        first = np.full(len(self.book.deals), NEVER)
        np.minimum.at(first, found.rows[closes], found.entered[closes])
        ends = closes & (found.entered == first[found.rows])
        won = np.zeros(len(self.book.deals), dtype=bool)
        won[found.rows[ends]] = found.state[ends] == self.past.won
        return first[self.open.rows], won[self.open.rows]

    def is_won(self, horizon: int) -> np.ndarray:
        """Which open deals were won within so many steps. For judging only."""
        at, won = self.closings
        return won & (at < self.moment + horizon * self.book.step)
