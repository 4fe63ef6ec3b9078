"""How a rule of open deals stands today: ok, broken, unknown, or not asked of the deal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.reference.conditions import NEVER, applies
from tests.reference.days import Days, When
from tests.reference.owners import logs_enough
from tests.reference.path import Visit
from tests.reference.process import OpenRule, Process
from tests.reference.rows import Activity, Deal, Surroundings

CALLED_OFF = ("canceled", "no_show")
PLANNED = "planned"


def hygiene(deal: Deal, path: list[Visit], process: Process, days: Days,
            around: Surroundings) -> Iterator[tuple[str, str]]:  # fmt: skip
    """Each rule of the version of today, with its state, where the deal is open."""
    version = process.at(deal.judged_at)
    here = path[-1].stage_key if path else (deal.stage_id or "unmapped").rstrip("'")
    if deal.unjudged_reason is not None or here in ("won", "lost") or deal.deal_type not in version.deal_types:
        return
    for rule in version.open_rules.values():
        asked = applies(deal, version, rule.rule_key, When(deal.judged_at), days, around)
        if asked is False or (rule.stages and here not in (*rule.stages, "unmapped")):
            yield rule.rule_key, "not_applicable"
        elif asked is None or (rule.stages and here == "unmapped"):
            yield rule.rule_key, "unknown"
        else:
            holds = _holds(deal, path, rule, process, days, around)
            yield rule.rule_key, "unknown" if holds is None else "ok" if holds else "broken"


def _holds(deal: Deal, path: list[Visit], rule: OpenRule, process: Process, days: Days,
           around: Surroundings) -> bool | None:  # fmt: skip
    if rule.kind == "close_date_not_past":
        return deal.close_date is not None and deal.close_date >= days.day(When(deal.judged_at))
    if rule.kind == "amount_present":
        return float(deal.amount or 0) > 0
    if rule.kind == "next_activity_planned":
        return _is_planned(deal, days, around)
    if rule.kind == "contact_within":
        is_in_touch = _is_in_touch(deal, path, timedelta(days=rule.number or 0), days, around)
        return is_in_touch or (is_in_touch if logs_enough(deal.owner_key, process, around) else None)
    return _is_put_off_at_most(deal, int(rule.number or 0), days, around)


def _known(deal: Deal) -> list[Activity]:
    """What had been entered by then, or nobody says when."""
    return [a for a in deal.activities if (a.recorded_at or deal.judged_at) <= deal.judged_at]


def _is_planned(deal: Deal, days: Days, around: Surroundings) -> bool | None:
    """An activity for a time to come; its absence tells only where somebody plans at all."""
    for activity in _known(deal):
        is_off = activity.outcome in (*CALLED_OFF, "completed")
        if not is_off and activity.occurred_at and _ends(activity, days) > deal.judged_at:
            return True
    return False if around.are_plans_known else None


def _ends(activity: Activity, days: Days) -> datetime:
    """The last moment at which it may have been."""
    assert activity.occurred_at is not None
    when = days.seen(activity.occurred_at, activity.precision)
    return days.last_moment_after(when, 0).at if when.by_day else when.at


def _is_in_touch(deal: Deal, path: list[Visit], within: timedelta, days: Days, around: Surroundings) -> bool | None:
    begun = deal.created_at or (path[-1].entered_at if path and path[-1].precision != "order" else None)
    contacts = [a for a in _known(deal) if a.outcome not in (*CALLED_OFF, PLANNED) and a.contact_count != 0]
    dated = [
        _ends(a, days) for a in contacts
        if a.occurred_at is not None and days.seen(a.occurred_at, a.precision).at <= deal.judged_at
    ]  # fmt: skip
    times = [*dated, *([begun] if begun else [])]
    if any(time + within >= deal.judged_at for time in times):
        return True
    is_read = around.saw("activities", deal.judged_at - within)
    return False if is_read and times and all(a.occurred_at is not None for a in contacts) else None


def _is_put_off_at_most(deal: Deal, most: int, days: Days, around: Surroundings) -> bool | None:
    """How often a later date was written over an earlier one."""
    now = deal.judged_at
    changes = [c for c in deal.field_changes if c.field == "close_date" and (c.recorded_at or now) <= now]
    dated = sorted((days.seen(c.changed_at, c.precision).at, c.change_id, c.value) for c in changes if c.changed_at)
    values = [_day(value) for at, _, value in dated if at <= now]
    pushes = sum(1 for old, new in itertools.pairwise(values) if old and new and new > old)
    if "field_changes" not in around.covered_from:
        return None
    if pushes > most:
        return False
    return True if around.saw("field_changes", deal.created_at or NEVER) else None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "").strip()[:10])
    except ValueError:
        return None
