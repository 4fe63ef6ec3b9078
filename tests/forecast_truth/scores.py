"""How good a forecast was: errors of sums, of chances, and of intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.forecast_truth.windows import Judged

DECILES = 10


def wape(forecast: Sequence[float], actual: Sequence[float]) -> float:
    """The errors' sum, as a share of what came."""
    return float(np.abs(np.subtract(forecast, actual)).sum() / np.sum(actual))


def brier(chance: np.ndarray, came: np.ndarray) -> float:
    return float(((chance - came) ** 2).mean())


def deciles(chance: np.ndarray, came: np.ndarray) -> list[tuple[int, float, float]]:
    """Ten equal parts by chance: how many, what was said, what came."""
    parts = np.array_split(np.argsort(chance, kind="stable"), DECILES)
    return [(len(part), float(chance[part].mean()), float(came[part].mean())) for part in parts if len(part)]


def calibration_error(chance: np.ndarray, came: np.ndarray) -> float:
    """How far what was said lies from what came, decile by decile (ECE)."""
    told = deciles(chance, came)
    return sum(number * abs(said - seen) for number, said, seen in told) / sum(number for number, _, _ in told)


def coverage(told: Sequence[Judged]) -> float:
    """The share of windows inside their interval."""
    return sum(one.is_covered for one in told) / len(told)
