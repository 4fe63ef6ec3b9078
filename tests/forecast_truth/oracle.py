"""What can be known of a simulated deal's future by whoever knows the law, the deal and today's shared luck."""

from __future__ import annotations

import numpy as np

from tests.forecast_truth.nature import AGES, KINDS, STAGES, Nature


def chances_to_win(nature: Nature, day: int, days: int) -> np.ndarray:
    """P(won within so many days) of a living deal at the day's start, by kind, stage, age and seller.

    The dead never win.
    """
    sellers = nature.company.sellers
    kind, stage, age, seller = np.ogrid[: len(KINDS), :STAGES, :AGES, :sellers]
    older = np.minimum(np.arange(AGES) + 1, AGES - 1)
    value = np.zeros((len(KINDS), STAGES, AGES, sellers))
    for today in range(day + days - 1, day - 1, -1):
        may = nature.chances(today, kind, stage, age, seller, known=day)
        born = value[:, :, :1, :]  # just entered
        beyond = np.concatenate([born, np.ones_like(born[:, :2])], axis=1)  # winning follows the last stage
        before = np.concatenate([np.zeros_like(born[:, :1]), born[:, :-1]], axis=1)
        stays = 1 - sum(may.values())
        value = (
            may["one"] * beyond[:, 1 : STAGES + 1]
            + may["two"] * beyond[:, 2 : STAGES + 2]
            + may["back"] * before
            + stays * value[:, :, older, :]
        )
    return value
