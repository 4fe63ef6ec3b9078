"""A simulated sales organisation: its deals' lives by nature.py's law, and what its CRM has recorded of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.forecast_truth.book import DAY, LOST, WON, Book, Process, Stage
from tests.forecast_truth.nature import KINDS, STAGES, Company, Nature
from tests.forecast_truth.oracle import chances_to_win

STAGE_KEYS = ("qualify", "develop", "propose", "close")
PROCESS = Process(tuple(Stage(key, p) for key, p in zip(STAGE_KEYS, (0.1, 0.3, 0.6, 0.8), strict=True)))
BEGAN = 17_896 * DAY  # Monday, 2018-12-31
OPEN, DEAD, CLOSED = 0, 1, 2
HOUR = DAY // 24


class Life:
    """Runs the days and keeps what is recorded; `standing` is how each deal truly stood at the start of each day."""

    def __init__(self, company: Company) -> None:
        self.company, self.nature = company, Nature(company)
        self.luck = np.random.default_rng([company.seed, 2])
        self.pen = np.random.default_rng([company.seed, 3])  # what is written doesn't change how deals live
        self.deals: list[tuple[int, int, int, float, int]] = []
        self.moves: list[tuple[int, int, str]] = []
        self.amounts: list[tuple[int, int, float]] = []
        self.closes: list[tuple[int, int, int]] = []
        self.owners: list[tuple[int, int, str]] = []
        self.kind = self.stage = self.since = self.seller = self.state = self.due = np.empty(0, np.int64)
        self.amount = np.empty(0)
        self.standing: list[tuple[np.ndarray, ...]] = []
        self.reopening: dict[int, list[int]] = {}

    def run(self) -> None:
        for day in range(self.company.days):
            self.standing.append((self.stage.copy(), day - self.since - 1, self.seller.copy(), self.state.copy()))
            self._live(day)
            self._clean(day)
            self._push(day)
            self._reopen(day)
            if day % 364 == 200:
                self._leave(day)
            self._arrive(day)
            self._backfill(day)

    def _at(self, day: int) -> int:
        """A moment in the working day."""
        return BEGAN + day * DAY + int(self.luck.integers(8 * HOUR, 18 * HOUR))

    def _live(self, day: int) -> None:
        alive = np.flatnonzero(self.state == OPEN)
        may = self.nature.chances(
            day, self.kind[alive], self.stage[alive], day - self.since[alive] - 1, self.seller[alive]
        )
        drawn = self.luck.random(len(alive))
        bounds = np.cumsum(np.stack(list(may.values())), axis=0)
        happened = (drawn[None] >= bounds).sum(axis=0)
        for what, name in enumerate(may):
            for deal in alive[happened == what]:
                if name == "dies":
                    self.state[deal] = DEAD
                elif name == "lost":
                    self._close(deal, day, LOST)
                else:
                    self._move(deal, day, int(self.stage[deal]) + {"one": 1, "two": 2, "back": -1}[name])

    def _move(self, deal: int, day: int, stage: int) -> None:
        if stage >= STAGES:
            self._close(deal, day, WON)
            return
        at = self._at(day)
        if stage == 2 and self.stage[deal] < stage:
            self.amount[deal] = round(float(self.amount[deal] * np.exp(self.luck.normal(-0.05, 0.15))), 2)
            self.amounts.append((deal, at, float(self.amount[deal])))
        self.stage[deal], self.since[deal] = stage, day
        self.moves.append((deal, at, STAGE_KEYS[stage]))

    def _close(self, deal: int, day: int, how: str) -> None:
        self.state[deal] = CLOSED
        self.moves.append((deal, self._at(day), how))
        if how == LOST and self.luck.random() < 0.02:
            self.reopening.setdefault(day + int(self.luck.integers(10, 60)), []).append(deal)

    def _clean(self, day: int) -> None:
        """Somebody closes what has been dead for long."""
        dead = np.flatnonzero(self.state == DEAD)
        for deal in dead[self.luck.random(len(dead)) < self.company.dead_cleaned]:
            self._close(deal, day, LOST)

    def _push(self, day: int) -> None:
        """A close date that has passed is moved on, soon or, for the dead, hardly ever."""
        overdue = np.flatnonzero((self.state != CLOSED) & (self.due < day))
        chance = np.where(self.state[overdue] == DEAD, 0.05, 0.4)
        for deal in overdue[self.pen.random(len(overdue)) < chance]:
            self._date(deal, day, day + int(self.pen.integers(10, 46)))

    def _date(self, deal: int, day: int, due: int) -> None:
        self.due[deal] = due
        self.closes.append((deal, self._at(day), BEGAN // DAY + due))

    def _reopen(self, day: int) -> None:
        for deal in self.reopening.pop(day, []):
            self.state[deal] = OPEN
            self._move(deal, day, 1)

    def _leave(self, day: int) -> None:
        """A seller goes; a colleague takes the open deals."""
        gone, heir = self.luck.choice(self.company.sellers, 2, replace=False)
        for deal in np.flatnonzero((self.seller == gone) & (self.state != CLOSED)):
            self.seller[deal] = heir
            self.owners.append((deal, self._at(day), f"seller {heir}"))

    def _arrive(self, day: int) -> None:
        for _ in range(self.luck.poisson(self.nature.arrivals(day))):
            self._create(day, day)

    def _backfill(self, day: int) -> None:
        """Sold outside the CRM and entered afterwards."""
        for _ in range(self.luck.poisson(self.company.backfilled_a_week / 7)):
            deal = self._create(day, day)
            self.moves.append((deal, BEGAN + (day + 1) * DAY + int(self.luck.integers(0, 2 * DAY - 12 * HOUR)), WON))
            self.state[deal] = CLOSED

    def _create(self, day: int, since: int) -> int:
        kind = int(self.luck.choice(len(KINDS), p=[each.share for each in KINDS]))
        seller = int(self.luck.integers(self.company.sellers))
        amount = round(float(KINDS[kind].amount * np.exp(self.luck.normal(0, 0.6))), 2)
        deal, at = len(self.kind), self._at(day)
        hoped = int(sum(KINDS[kind].days) * np.exp(self.pen.normal(-0.6, 0.5))) + 5
        for name, value in (("kind", kind), ("stage", 0), ("since", since), ("seller", seller), ("state", OPEN),
                            ("due", day + hoped), ("amount", amount)):  # fmt: skip
            setattr(self, name, np.append(getattr(self, name), value))
        self.deals.append((deal, at, kind, amount, seller))
        self.moves.append((deal, at, STAGE_KEYS[0]))
        self.amounts.append((deal, at, amount))
        self.owners.append((deal, at, f"seller {seller}"))
        self.closes.append((deal, at, BEGAN // DAY + day + hoped))
        return deal


@dataclass(frozen=True)
class Organisation:
    """What the CRM shows of a simulated organisation, and what only its maker knows."""

    book: Book
    life: Life

    def oracle(self, moment: int, days: int, rows: np.ndarray) -> np.ndarray:
        """P(won within so many days from the moment, a day's start) of some of the deals open then."""
        day = (moment - BEGAN) // DAY
        value = chances_to_win(self.life.nature, day, days)
        stage, age, seller, state = (values[rows] for values in self.life.standing[day])
        age = np.clip(age, 0, value.shape[2] - 1)
        return np.where(state == OPEN, value[self.life.kind[rows], stage, age, seller], 0.0)


def organisation(company: Company, *, told: bool = False) -> Organisation:
    """Let a company live; `told` gives the kind of deal as the user's segment."""
    life = Life(company)
    life.run()
    deals = pd.DataFrame(life.deals, columns=["key", "created", "kind", "amount", "seller"])
    until = BEGAN + company.days * DAY
    moves = _frame(life.moves, "stage", until)
    fields = {"amount": _frame(life.amounts, "value", until), "close": _frame(life.closes, "value", until),
              "owner": _frame(life.owners, "value", until)}  # fmt: skip
    last = {name: frame.groupby("key")["value"].last() for name, frame in fields.items()}
    key = deals["key"]
    known = pd.DataFrame({
        "key": key.map("deal {}".format), "created": deals["created"],
        **{name: values.reindex(key).to_numpy(object) for name, values in last.items()},
        "segment": deals["kind"].map("kind {}".format) if told else "",
        "pipeline": "p",
    })  # fmt: skip
    for frame in (moves, *fields.values()):
        frame["key"] = frame["key"].map("deal {}".format)
    return Organisation(Book(known, moves, fields, (PROCESS,), until), life)


def _frame(rows: list[tuple[int, int, object]], column: str, until: int) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["key", "at", column])
    return frame[frame["at"] < until].sort_values("at", kind="stable").reset_index(drop=True)
