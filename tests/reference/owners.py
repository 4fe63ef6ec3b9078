"""Whose deal it was at a moment, in which team, and whether they log so much that what is missing means something.

Who logs fewer activities than the process asks for is not accused of missing ones: they keep them elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tests.reference.days import INSTANT, Days, When
from tests.reference.process import Process, Term
from tests.reference.rows import Deal, FieldChange, Surroundings

TEAMS = {"o1": "Alps", "o2": "Coast", "o3": None}
"""Owners of every account, and the teams that their CRM says."""
LINES = (("o1", "Coast", date(2024, 4, 1), None), ("o3", "Alps", date(2024, 2, 15), date(2024, 4, 30)))
"""teams.csv: whoever it names was in that team on those days, both included, whatever the CRM says."""


def team_on(owner: str, day: date) -> str | None:
    """The team of an owner on a day."""
    for named, team, begins, ends in LINES:
        if named == owner and begins <= day and (ends is None or day <= ends):
            return team
    return TEAMS.get(owner)


def owner_when(deal: Deal, moment: When, days: Days) -> str | None:
    """Whose deal it surely was at a moment, all day long where only the day is known.

    A reading that found another owner does not say since when, nor does a day on which it changed hands.
    """
    held = None
    for since, change in _hands(deal, days):
        if _surely_since(since, days) <= moment.at:
            held = change
            continue
        is_then = since.at <= (_ends(moment, days) if moment.by_day else moment.at)
        is_found = change.source == "snapshot" and held is not None and change.value != held.value
        if is_then or is_found:
            return None
        break
    return held.value if held is not None and held.value in TEAMS else None


def _hands(deal: Deal, days: Days) -> list[tuple[When, FieldChange]]:
    now = deal.judged_at
    owners = [c for c in deal.field_changes if c.field == "owner" and (c.recorded_at or now) <= now]
    dated = [(days.seen(c.changed_at, c.precision), c) for c in owners if c.changed_at is not None]
    return sorted((d for d in dated if d[0].at <= now), key=lambda one: (one[0].at, one[1].change_id))


def _surely_since(since: When, days: Days) -> datetime:
    return _ends(since, days) + INSTANT if since.by_day else since.at


def _ends(when: When, days: Days) -> datetime:
    return days.begins(days.day(when) + timedelta(days=1)) - INSTANT


def owner_at(deal: Deal, moment: When | None, days: Days) -> str | None:
    """Whose deal it was; whose it is where nobody knows."""
    held = None if moment is None else owner_when(deal, moment, days)
    return deal.owner_key if held is None else held


def team_at(deal: Deal, moment: When | None, days: Days) -> str | None:
    """The team of then of whoever had the deal; where nobody knows who that was, the team of today of who has it."""
    held = None if moment is None else owner_when(deal, moment, days)
    if moment is None or held is None:
        return team_on(deal.owner_key or "", date.max)
    return team_on(held, days.day(moment))


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
