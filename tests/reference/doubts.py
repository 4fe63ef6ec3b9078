"""What leaves open whether something was done earlier than what is told for certain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.reference.days import When
from tests.reference.process import Step
from tests.reference.proofs import EVER, SOURCE, Counts, Scene, candidates


def earliest_doubt(step: Step, worst: Scene, counts: Counts) -> When | None:
    """The earliest moment at which something of the step may have been done that is not told for certain.

    What had to hold when the stage was left, and did by a record that `counts`, leaves nothing open.
    """
    found, best = [], replace(worst, is_best=True)
    for term in (term for terms in step.alternatives for term in terms):
        if not worst.around.saw(SOURCE[term.kind], worst.deal.created_at or EVER.at):
            found.append(EVER)
        certain = list(candidates(step, term, worst))
        doubtful = Counter(candidates(step, term, best)) - Counter(certain)
        if term.kind != "field_at_gate":
            found += [record.when for record in doubtful]
        elif doubtful and not any(counts(record) for record in certain):
            found.append(EVER)
    return min(found, key=lambda when: when.at, default=None)
