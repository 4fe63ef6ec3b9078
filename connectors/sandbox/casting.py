"""Which story deal number i gets: the first deals show every kind once, the rest are drawn, and merges come in threes.

Everything follows from (seed, i) alone, so that a million deals need no memory.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import Final

from connectors.sandbox.model import Story
from connectors.sandbox.people import Crew
from connectors.sandbox.plots_apart import APART
from connectors.sandbox.plots_doubt import DOUBTS
from connectors.sandbox.plots_paths import PATHS
from connectors.sandbox.plots_usual import USUAL, Plot
from connectors.sandbox.telling import Telling
from connectors.sandbox.workdays import Workdays

PLOTS: Final[dict[str, Plot]] = {**USUAL, **PATHS, **DOUBTS, **APART}
MERGE: Final = ("merge_parent", "merge_twin", "merge_survivor")
SHOWN_ONCE: Final = (
    *MERGE,
    *(name for name in PLOTS if name not in (*MERGE, "ordinary", "clean", "chatty")),
)
"""Dealt in this order after the chatty deals: merges first, so that even the smallest organisation has one."""

BLOCK: Final = 50
"""From the end of the opening on, each block of this many deals begins with a merge in every second block."""

FREQUENT: Final = {"ordinary": 490, "clean": 110, "renewal": 45, "expansion": 40, "archived": 20, "owner_left": 30}
RARE: Final = 5
WEIGHTS: Final = {name: FREQUENT.get(name, RARE) for name in PLOTS if name not in (*MERGE, "chatty")}
NAMES: Final = tuple(WEIGHTS)
STEPS_UP: Final = tuple(accumulate(WEIGHTS.values()))
MIX: Final = 2_654_435_761


def plot_of(index: int, rng: Random, crew: Crew) -> str:
    """The kind of story of deal `index`; the first draw of its generator decides where chance may."""
    draw = rng.random()
    opening = len(crew.loggers)
    if index < opening:
        return "chatty"
    if index - opening < len(SHOWN_ONCE):
        return SHOWN_ONCE[index - opening]
    place = index % (2 * BLOCK)
    first_free = opening + len(SHOWN_ONCE)
    if place < len(MERGE) and index - place >= first_free:
        return MERGE[place]
    return NAMES[bisect_right(STEPS_UP, draw * STEPS_UP[-1])]


def tell(seed: int, index: int, deals: int, days: Workdays, crew: Crew) -> Story:
    """Tell the story of deal `index` from beginning to end."""
    rng = Random(seed * MIX + index)
    plot = plot_of(index, rng, crew)
    if plot in MERGE and not _has_all_three(index, plot, deals):
        plot = "clean"
    draw = rng.random()
    story = Story(
        index=index,
        plot=plot,
        owner=_owner(plot, index, rng, crew),
        currency="EUR" if draw < 0.7 else "USD" if draw < 0.9 else "GBP",
        created=days.now,
    )
    if rng.random() < 0.1:
        story.native_type = None  # common in real portals: the pipeline decides the deal type
    telling = Telling(days, crew, rng, story)
    if rng.random() < 0.04:
        telling.mover = "integration"
    PLOTS[plot](telling)
    if plot in ("merge_parent", "merge_twin"):
        story.merged_into = index + 2 - MERGE.index(plot)
    return telling.finish()


def _has_all_three(index: int, plot: str, deals: int) -> bool:
    return index + 2 - MERGE.index(plot) < deals


def _owner(plot: str, index: int, rng: Random, crew: Crew) -> int:
    number = int(rng.random() * len(crew.active))
    if plot == "chatty":
        return crew.loggers[index].number
    if plot == "never_logs":
        return crew.silent.number
    if plot == "owner_left":
        return crew.left.number
    return crew.active[number].number
