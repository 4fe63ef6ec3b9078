"""Conditions in words: which deals something is for, as one phrase.

Only wording belongs here; what a condition means is decided in conditions.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.conditions import Condition, StepAppliesTo, conditions
from expectations.evidence_words import joined, listed, plain

FILLED = "filled in"


def deals_in_words(applies: StepAppliesTo | None) -> str:
    """For whom it is: `deals of the type new whose amount is 1000 or more`; `every deal` without a condition."""
    if applies is None:
        return "every deal that is judged"
    tests = [_in_words(one) for one in conditions(applies, with_deal_types=False)]
    who = f"deals of the type {_named(applies.deal_types)}" if applies.deal_types else "deals"
    if not tests:
        return who if applies.deal_types else "every deal that is judged"
    return f"{who} whose {joined(tests, 'and')}"


def _in_words(one: Condition) -> str:
    name = plain(one.field)
    if one.test == "one_of":
        return f"{name} is {_named(one.values)}"
    if one.test == "none_of":
        return f"{name} is not {_named(one.values)}"
    if one.test == "filled":
        return f"{name} is {FILLED}"
    number = f"{one.number:,.10g}" if one.number is not None else ""
    money = " (in the home currency)" if one.field == "amount" else ""
    return f"{name} is {f'{number} or more' if one.test == 'at_least' else f'below {number}'}{money}"


def _named(values: Sequence[str]) -> str:
    return listed(tuple(values))
