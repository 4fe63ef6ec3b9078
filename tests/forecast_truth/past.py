"""What has happened in a book, once for all moments that are asked about."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import pandas as pd

from tests.forecast_truth.book import DAY, LOST, NEVER, WON, Book, Process, Stage
from tests.forecast_truth.chain import STANDARD, Constants
from tests.forecast_truth.steps import runs, transitions

BACKFILLED = 3 * DAY
ONE_STAGE = (Process((Stage("open", 0.0),)),)


class Past:
    """A book's stays and transitions."""

    def __init__(self, book: Book, constants: Constants = STANDARD) -> None:
        self.book, self.constants = book, constants
        self.runs = runs(book)
        self.transitions = transitions(book, self.runs)
        self.names = self.runs.names
        self.lost, self.won = len(self.names) - 2, len(self.names) - 1
        self.segment, self.segments = pd.factorize(book.deals["segment"].fillna(""), sort=True)
        closed = self.runs.state == self.won
        self.first_won = np.full(len(book.deals), NEVER)
        np.minimum.at(self.first_won, self.runs.rows[closed], self.runs.entered[closed])
        backfilled = (self.first_won < NEVER) & (self.first_won - book.created <= BACKFILLED)
        self.backfilled = np.where(backfilled, self.first_won, NEVER)
        """When a deal was won that had only been entered as won: it was not worked in the CRM."""

    @cached_property
    def single(self) -> Past:
        """The same, told as if there were one open stage only, in which a deal stands from its creation."""
        book = self.book
        born = pd.DataFrame({"key": book.deals["key"], "at": book.created, "stage": "open"})
        stage = book.moves["stage"]
        moved = book.moves.assign(stage=stage.where(stage.isin([WON, LOST]), "open"))
        return Past(replace(book, moves=pd.concat([born, moved]), processes=ONE_STAGE), self.constants)

    def is_single(self, moment: int) -> bool:
        """Less than half of the deals won before the moment stood in another open stage than their first."""
        found = self.runs
        worked = (found.entered < moment) & ~(self.backfilled[found.rows] < moment)
        won = np.unique(found.rows[worked & (found.state == self.won)])
        first = np.append(True, found.rows[1:] != found.rows[:-1])[: len(found.rows)]
        moved = np.unique(found.rows[worked & found.is_open & ~first])
        return bool(len(won)) and bool(np.isin(won, moved).mean() < 0.5)

    def median_cycle(self, moment: int) -> int | None:
        """From creation to winning, of the deals won before the moment and worked in the CRM."""
        won = (self.first_won < moment) & (self.backfilled == NEVER)
        cycles = np.sort(self.first_won[won] - self.book.created[won])
        return int(cycles[-(-len(cycles) // 2) - 1]) if len(cycles) else None
