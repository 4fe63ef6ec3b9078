"""Snapshots of a book at its boundaries, and where each deal stood one step later.

A boundary looks only at what happened strictly before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.forecast_truth.book import DAY, LOST, NEVER, WON, Book

MONDAY = 4  # the first Monday, 1970-01-05, in days since 1970


def boundaries(book: Book) -> np.ndarray:
    """Starts of steps from the first that sees a deal to the last one that the book has lived through."""
    phase = MONDAY * DAY
    first = phase + -(-(int(book.created.min()) - phase) // book.step) * book.step
    return np.arange(first, book.until + 1, book.step)


@dataclass(frozen=True)
class Runs:
    """Stays of deals in one state, by deal and time: `left` is when the next began. States are codes of `names`."""

    rows: np.ndarray
    state: np.ndarray
    entered: np.ndarray
    left: np.ndarray
    names: list[str]

    @property
    def is_open(self) -> np.ndarray:
        return self.state < len(self.names) - 2


def runs(book: Book) -> Runs:
    """A change into the state in which the deal already stands begins nothing."""
    names = [*book.stages, LOST, WON]
    code = {name: number for number, name in enumerate(names)}
    told = book.history(book.moves, "stage")
    state = np.array([code[name] for name in told.values], dtype=np.int64)
    # Of equal moments only the last counts, or a deal would stand somewhere for no time at all.
    last = np.append((told.rows[1:] != told.rows[:-1]) | (told.at[1:] != told.at[:-1]), True)[: len(state)]
    rows, state, at = told.rows[last], state[last], told.at[last]
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (rows[1:] != rows[:-1]) | (state[1:] != state[:-1])
    rows, state, at = rows[begins], state[begins], at[begins]
    left = np.full(len(rows), NEVER)
    follows = rows[1:] == rows[:-1]
    left[:-1][follows] = at[1:][follows]
    return Runs(rows, state, at, left, names)


@dataclass(frozen=True)
class Transitions:
    """One row for each open deal and boundary whose next boundary the book has lived through."""

    rows: np.ndarray
    at: np.ndarray
    state: np.ndarray
    steps: np.ndarray
    amount: np.ndarray
    destination: np.ndarray


def standing(found: Runs, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each run and moment in it (entered < moment <= left): the run's and the moment's number."""
    low = np.searchsorted(moments, found.entered, side="right")
    high = np.searchsorted(moments, found.left, side="right")
    taken = np.maximum(high - low, 0)
    run = np.repeat(np.arange(len(low)), taken)
    number = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken) + low[run]
    return run, number


def transitions(book: Book, found: Runs) -> Transitions:
    moments = boundaries(book)
    run, number = standing(found, moments)
    rows, at = found.rows[run], moments[number]
    usable = found.is_open[run] & (book.created[rows] < at) & (at + book.step <= book.until)
    run, number, rows, at = run[usable], number[usable], rows[usable], at[usable]
    # The run in which the deal stands one step later: the last one entered before that.
    order = found.rows * (len(moments) + 1) + np.searchsorted(moments, found.entered, side="right")
    following = np.searchsorted(order, rows * (len(moments) + 1) + number + 1, side="right") - 1
    steps = (at - found.entered[run]) // book.step
    return Transitions(rows, at, found.state[run], steps, book.amounts(rows, at), found.state[following])
