"""The models' verdicts against the reference's, on deals drawn at random: not one may differ.

Each world has a process of its own (one to three versions), forty accounts read at different moments, and deals drawn
so that what matters meets. `plumbline`'s own tables are compared as BI tools read them: step results, visits, findings
about the path, and each deal's sums.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.comparing import Compared, compare

NOT_YET = {
    "recorded_after": "records that were entered after the deal was judged still count",
    "recorded_ahead": "so do moves",
    "day_path": "changes of one day end beyond the stage in which the CRM says that the deal stands",
    "stage_term": "a stage entered by a moment before the gate is not known to have been entered in time",
    "on_days": "two doubtful records of one day are a doubt about two days",
    "order_field": "a value first seen by a snapshot is as if undated, also where an earlier entry bounds it",
    "order_path": "a move of which only the order is known takes no part in the reading of ties",
    "at_gate": "a date saved in the very second of leaving the stage does not count",
    "tie_return": "to and fro within one moment is read in more than one way",
    "tie_unmapped": "a tie between the present stage and one that nobody mapped ends in the unmapped one",
}
"""What stays out of the draw, and what the models said there that the rules do not. Some of it has been mended since: a
feature goes back into the draw by leaving this list, once a run with it finds no difference.
"""

DOUBTS = ("no_outcome", "no_status", "no_direction", "no_subject", "undated")
WITHOUT = frozenset([*NOT_YET, *DOUBTS, "coverage"])
"""What nobody knows stays out too: the reference weighs doubts, and is not yet at one with the models about them."""

WORLDS = range(101, 106)


def said(compared: Compared) -> str:
    """The first differences in full, for whoever has to decide who is right."""
    shown = [
        f"seed {d.seed}, {d.what}: the rules say {d.rules}, the models {d.sql}\n  {d.deal}"
        for d in compared.differences[:3]
    ]
    return "\n".join([f"{len(compared.differences)} differences in {compared.verdicts} verdicts", *shown])


@pytest.mark.timeout(900)
def test_drawn_deals_are_judged_as_the_rules_say(tmp_path: Path) -> None:
    compared = compare(100, 600, tmp_path, WITHOUT)
    assert compared.verdicts > 2_400
    assert not compared.differences, said(compared)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", WORLDS)
def test_of_a_hundred_thousand_drawn_deals_next_to_none_is_judged_otherwise(seed: int, tmp_path: Path) -> None:
    """Five worlds of twenty thousand deals. The aim is none; what is left is rarer than one verdict in a thousand."""
    compared = compare(seed, 20_000, tmp_path, WITHOUT)
    assert compared.deals == 20_000
    assert len(compared.differences) * 1_000 < compared.verdicts, said(compared)
