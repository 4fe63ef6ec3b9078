"""The chain as of a moment: its cuts of the amount, its hazards and the curves that follow from them.

Written from the method's description with arrays, and from nothing that a warehouse does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np

from tests.forecast_truth.book import Process

BUCKETS = np.array([0, 1, 2, 3, 5, 7, 9, 13, 17, 26, 31])
AGES = 32
PERCENTILES = (33, 66, 90)


class Constants(NamedTuple):
    prior: float = 20.0
    age: float = 5.0
    segment: float = 3.0
    prior_steps: float = 4.0
    leave_cap: float = 0.97


STANDARD = Constants()


def ranked(values: np.ndarray, percent: int) -> float:
    """The value whose rank is so many hundredths of the number, rounded up."""
    return float(np.sort(values)[-(-percent * len(values) // 100) - 1])


def cuts(amounts: np.ndarray) -> list[float]:
    """Where the amount's bands begin: amounts of zero, below or unknown say nothing about it."""
    worth = amounts[amounts > 0]
    return [ranked(worth, percent) for percent in PERCENTILES] if len(worth) else []


def band(amounts: np.ndarray, at: list[float]) -> np.ndarray:
    """How many cuts lie below the amount."""
    return sum((np.nan_to_num(amounts) > cut).astype(np.int64) for cut in at) + np.zeros(len(amounts), np.int64)


def bucket(steps: np.ndarray) -> np.ndarray:
    """The age's place among the buckets."""
    return np.searchsorted(BUCKETS, steps, side="right") - 1


def priors(process: Process, names: list[str], constants: Constants) -> np.ndarray:
    """By stage and destination, as the process defines them; `names` end with lost and won."""
    leaving = 1 - exp(-1 / constants.prior_steps)
    found = np.zeros((len(names) - 2, len(names)))
    lost, won = len(names) - 2, len(names) - 1
    defined = [*process.stages, None]
    follows = {stage.key: after for stage, after in zip(process.stages, defined[1:], strict=True)}
    for number, name in enumerate(names[:-2]):
        after = follows.get(name)
        own, beyond = process.probability.get(name, 0.0), after.probability if after else 1.0
        advancing = leaving * min(1.0, own / beyond) if beyond else 0.0
        found[number, names.index(after.key) if after else won] += advancing
        found[number, lost] += leaving - advancing
    return found


@dataclass(frozen=True)
class Hazards:
    """What leaves a stage in a step: arrays over segment, stage, bucket and destination (won last)."""

    at_risk: np.ndarray
    events: np.ndarray
    prior: np.ndarray
    pooled: np.ndarray
    ratio: np.ndarray
    p: np.ndarray


class Rows(NamedTuple):
    """The training rows of one moment, in codes."""

    segment: np.ndarray
    state: np.ndarray
    steps: np.ndarray
    destination: np.ndarray


def hazards(rows: Rows, segments: int, prior: np.ndarray, constants: Constants = STANDARD) -> Hazards:
    """The chance of each destination. A segment that was never seen has nothing of its own: its ratio is 1."""
    states, ends = prior.shape
    shape = (segments, states, len(BUCKETS), ends)
    places = np.ravel_multi_index((rows.segment, rows.state, bucket(rows.steps), rows.destination), shape)
    counted = np.bincount(places, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    at_risk = counted.sum(axis=3)
    stays = np.arange(states)
    events = counted.copy()
    events[:, stays, :, stays] = 0  # a deal that is where it was has not left

    n, total = events.sum(axis=0), at_risk.sum(axis=0)
    by_stage = (n.sum(axis=1) + constants.prior * prior) / (total.sum(axis=1)[:, None] + constants.prior)
    pooled = (n + constants.age * by_stage[:, None, :]) / (total[:, :, None] + constants.age)
    expected = np.einsum("gsa,sad->gsd", at_risk, pooled)
    ratio = (events.sum(axis=2) + constants.segment) / (expected + constants.segment)
    p = pooled[None] * ratio[:, :, None, :]
    leaving = p.sum(axis=3, keepdims=True)
    p = p * np.minimum(1.0, constants.leave_cap / np.where(leaving > 0, leaving, 1.0))
    return Hazards(at_risk, events, prior, pooled, ratio, p)


def curves(found: Hazards, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """P(won) and P(lost) in exactly step 1, 2, … by step, segment, stage and age."""
    p = found.p[:, :, bucket(np.arange(AGES)), :]
    stay = 1 - p.sum(axis=3)
    lost, won = p.shape[3] - 2, p.shape[3] - 1
    older = np.minimum(np.arange(AGES) + 1, AGES - 1)
    told = []
    for end in (won, lost):
        reached = [p[..., end]]
        for _ in range(steps - 1):
            before = reached[-1]
            moved = np.einsum("gskd,gd->gsk", p[..., :lost], before[:, :, 0])
            reached.append(stay * before[:, :, older] + moved)
        told.append(np.stack(reached))
    return told[0], told[1]
