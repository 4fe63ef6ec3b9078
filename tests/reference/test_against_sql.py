"""The models' verdicts against the reference's, on deals drawn at random: not one may differ.

Each world has a process of its own (one to three versions), forty accounts read at different moments, and deals drawn
so that what matters meets. `plumbline`'s own tables are compared as BI tools read them: step results, visits, findings
about the path, and each deal's sums.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.comparing import Compared, compare

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
    compared = compare(100, 600, tmp_path)
    assert compared.verdicts > 2_400
    assert not compared.differences, said(compared)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", WORLDS)
def test_of_a_hundred_thousand_drawn_deals_none_is_judged_otherwise(seed: int, tmp_path: Path) -> None:
    """Ten worlds of ten thousand deals, with all that a CRM may leave open."""
    compared = compare(seed, 10_000, tmp_path)
    assert compared.deals == 10_000
    assert not compared.differences, said(compared)
