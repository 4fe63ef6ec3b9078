"""The models' verdicts against the reference's, on deals drawn at random: not one may differ.

Each world has a process of its own (one to three versions), forty accounts read at different moments, and deals drawn
so that what matters meets. `plumbline`'s own tables are compared as BI tools read them: step results, visits, findings
about the path, and each deal's sums.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.comparing import Compared, compare

DOUBTS = frozenset(("no_outcome", "no_status", "no_direction", "no_subject", "undated"))
"""What a CRM leaves open about a record stays out of the draw: the models say `unknown` a little more often than the
rules do where several records are counted, and less often where such a record was entered too late to be believed.
"""

WORLDS = range(101, 111)


def said(compared: Compared) -> str:
    """The first differences in full, for whoever has to decide who is right."""
    shown = [
        f"seed {d.seed}, {d.what}: the rules say {d.rules}, the models {d.sql}\n  {d.deal}"
        for d in compared.differences[:3]
    ]
    return "\n".join([f"{len(compared.differences)} differences in {compared.verdicts} verdicts", *shown])


@pytest.mark.timeout(900)
def test_drawn_deals_are_judged_as_the_rules_say(tmp_path: Path) -> None:
    compared = compare(100, 600, tmp_path, DOUBTS)
    assert compared.verdicts > 2_400
    assert not compared.differences, said(compared)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", WORLDS)
def test_of_a_hundred_thousand_drawn_deals_next_to_none_is_judged_otherwise(seed: int, tmp_path: Path) -> None:
    """Ten worlds of ten thousand deals. The aim is none; known to be left is one verdict in tens of thousands, where a
    part of a step could not be read and another was entered too late: the models say `missing`, the rules `unknown`.
    """
    compared = compare(seed, 10_000, tmp_path, DOUBTS)
    assert compared.deals == 10_000
    assert len(compared.differences) * 10_000 < compared.verdicts, said(compared)
