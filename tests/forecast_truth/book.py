"""A sales organisation's deals and their history: what a forecast may look at, and how it is cut at a moment.

Times are microseconds since 1970 in UTC. How a forecast is made of it is said in steps.py, chain.py and windows.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from tests.forecast_truth.history import History

DAY = 86_400_000_000
NEVER = np.iinfo(np.int64).max
WON, LOST = "won", "lost"
FIELDS = ("amount", "close", "owner")


@dataclass(frozen=True)
class Stage:
    key: str
    probability: float


@dataclass(frozen=True)
class Process:
    """The stages of a process in their order, and since when it is in force."""

    stages: tuple[Stage, ...]
    since: int = 0

    @property
    def probability(self) -> dict[str, float]:
        return {stage.key: stage.probability for stage in self.stages}


@dataclass(frozen=True)
class Book:
    """Deals of one type with their histories.

    `deals` has `key`, `created`, `amount`, `close`, `owner`, `segment`, `pipeline`; amount, close and owner are
    today's, used only where the field has no history at all. `moves` has `key`, `at`, `stage` in the CRM's order.
    Each of `fields` has `key`, `at`, `value`: the amount as a number, the close date as days since 1970, the owner.
    """

    deals: pd.DataFrame
    moves: pd.DataFrame
    fields: Mapping[str, pd.DataFrame]
    processes: tuple[Process, ...]
    until: int
    step: int = 7 * DAY
    teams: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> pd.Series:
        """A deal's row, by its key."""
        return pd.Series(np.arange(len(self.deals)), index=self.deals["key"])

    @cached_property
    def created(self) -> np.ndarray:
        return self.deals["created"].to_numpy(np.int64)

    @cached_property
    def stages(self) -> list[str]:
        """Every open stage that is seen or defined, in a fixed order."""
        seen = set(self.moves["stage"]) | {stage.key for process in self.processes for stage in process.stages}
        return sorted(seen - {WON, LOST})

    def process_at(self, moment: int) -> Process:
        """The process in force; the oldest also holds before its own start."""
        begun = [process for process in self.processes if process.since <= moment]
        return max(begun or self.processes[:1], key=lambda process: process.since)

    def history(self, frame: pd.DataFrame, column: str) -> History:
        rows = self.numbers[frame["key"]].to_numpy() if len(frame) else np.empty(0, np.int64)
        return History(rows, frame["at"].to_numpy(np.int64), frame[column].to_numpy(object), len(self.deals))

    @cached_property
    def _told(self) -> Mapping[str, History]:
        return {name: self.history(frame, "value") for name, frame in self.fields.items()}

    def valued(self, name: str, rows: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """A field of deals, each before its own moment: null before its first change, today's without history."""
        today = self.deals[name].to_numpy(object)[rows]
        if name not in self._told:
            return today
        told = self._told[name]
        found = told.last_before(rows, moments)
        dated = np.where(found >= 0, told.values[found], None) if len(told.values) else np.full(len(rows), None)
        return np.where(told.is_told[rows], dated, today)

    def amounts(self, rows: np.ndarray, moments: np.ndarray) -> np.ndarray:
        """Amounts as numbers, nothing as NaN."""
        return self.valued("amount", rows, moments).astype(float)

    def cut(self, moment: int) -> Book:
        """The same book as it was: nothing created, moved or written at or after the moment."""
        stays = self.created < moment
        everyone = np.arange(len(self.deals))
        then = {name: self.valued(name, everyone, np.full(len(everyone), moment)) for name in FIELDS}
        deals = self.deals.assign(**then)[stays].reset_index(drop=True)

        def before(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[(frame["at"] < moment) & frame["key"].isin(deals["key"])].reset_index(drop=True)

        told = {name: before(frame) for name, frame in self.fields.items()}
        return replace(self, deals=deals, moves=before(self.moves), fields=told, until=min(moment, self.until))
