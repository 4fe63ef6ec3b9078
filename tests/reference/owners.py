"""Whose deal it was at a moment, and whether they log so much that what is missing means something.

Who logs fewer activities than the process asks for is not accused of missing ones: they keep them elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.reference.process import Process, Term
from tests.reference.rows import Deal, Surroundings


def owner_at(deal: Deal, moment: datetime | None) -> str | None:
    """Whose deal it was; whose it is where nobody knows."""
    before = [
        c for c in deal.field_changes if c.field == "owner" and c.changed_at and moment and c.changed_at <= moment
    ]
    held = max(before, key=lambda c: (c.changed_at, c.change_id), default=None)
    return deal.owner_key if held is None else held.value


def is_too_quiet(owner: str | None, terms: Iterable[Term], process: Process, around: Surroundings) -> bool:
    """Whether what is asked for rests on activities, and the owner logs too few of those that would do."""
    asked = [term for term in terms if term.kind == "activity"]
    if not asked:
        return False
    variants = [variant for term in asked for variant in term.variants]
    kinds = None if any("kind" not in v.values for v in variants) else {k for v in variants for k in v.values["kind"]}
    return _logged(owner, kinds, around) < process.logging_min_activities


def logs_enough(owner: str | None, process: Process, around: Surroundings) -> bool:
    """Whether the owner logs enough activities of all kinds together."""
    return _logged(owner, None, around) >= process.logging_min_activities


def _logged(owner: str | None, kinds: set[str] | None, around: Surroundings) -> int:
    return sum(n for (who, kind), n in around.logged.items() if who == owner and (kinds is None or kind in kinds))
