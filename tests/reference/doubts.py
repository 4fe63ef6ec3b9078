"""What leaves open whether something was done earlier than what is told for certain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.reference.days import When
from tests.reference.process import Step
from tests.reference.proofs import EVER, SOURCE, Scene, candidates


def earliest_doubt(step: Step, worst: Scene) -> When | None:
    """The earliest moment at which something of the step may have been done that is not told for certain."""
    found, best = [], replace(worst, is_best=True)
    for term in (term for terms in step.alternatives for term in terms):
        if not worst.around.saw(SOURCE[term.kind], worst.deal.created_at or EVER.at):
            found.append(EVER)
        doubtful = Counter(candidates(step, term, best)) - Counter(candidates(step, term, worst))
        found += [EVER if term.kind == "field_at_gate" else record.when for record in doubtful]
    return min(found, key=lambda when: when.at, default=None)
