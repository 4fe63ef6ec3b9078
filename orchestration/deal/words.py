"""How a deal's story is worded: verdicts, rates, reasons and spans of time, as a manager says them.

Only words belong here: "not recorded" and never "skipped", "leaving the stage" and never "gate"; doubt is told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

OUTSIDE: Mapping[str, str] = {"won": "Won", "lost": "Lost", "unmapped": "a CRM stage that is not mapped"}
_VERDICTS: Mapping[str, str] = {
    "done": "recorded",
    "done_in_grace": "recorded in time, shortly after leaving the stage",
    "late": "recorded too late",
    "missing": "not recorded",
    "backfilled": "entered long after its date",
    "pending": "still to come",
    "not_due": "not owed yet",
    "unknown": "not known",
    "not_applicable": "does not apply",
    "waived": "lifted by a waiver",
}
_ANSWERS: Mapping[str, str] = {
    "fulfilled": "answered in time",
    "late": "answered too late",
    "missing": "no answer recorded",
    "pending": "still to be answered",
    "closed_before_deadline": "the deal was closed before the answer was due",
    "unknown": "not known",
}
_REASONS: Mapping[str, str] = {
    "deal_type": "the process is not for deals of this type",
    "not_in_force": "that version of the process was not in force",
}
_MOVERS: Mapping[str, str] = {"integration": "an integration", "import": "an import", "workflow": "a workflow"}


def verdict(state: str, otherwise: str | None = None, *, held: bool = False, closed: bool = False) -> str:
    """A step's state in words; of a waived one also what it would be. `held`: something else was there instead."""
    if state == "missing" and held:
        return "was not so when leaving the stage"
    if state == "not_due" and closed:
        return "not owed"
    said = _VERDICTS.get(state, state.replace("_", " "))
    if state == "waived" and otherwise is not None and otherwise != state:
        return f"{said} (otherwise: {_VERDICTS.get(otherwise, otherwise)})"
    return said


def answer(state: str) -> str:
    """How a duty that something set off stands."""
    return _ANSWERS.get(state, state.replace("_", " "))


def reason(text: str | None) -> str | None:
    """Why a verdict is not known or a step does not apply."""
    return None if text is None else _REASONS.get(text, text)


def not_judged(text: str | None, deal: Mapping[str, Any]) -> str:
    """Why a deal has no verdicts."""
    reasons = {
        "merged": f"it was merged into {deal.get('merged_into') or 'another deal'}",
        "deleted": "it was deleted in the CRM",
        "no_pipeline": "it is in no pipeline",
        "deal_type": f"the process is not for deals of the type {deal.get('deal_type') or 'unknown'}",
        "backfilling": "its connection is still being read for the first time",
        "imported": "it came into the CRM by an import, so its history there is not its own",
        "won_at_birth": "it was won so soon after it was created that it can't have been worked on in the CRM",
        None: "nobody said why",
    }
    return reasons.get(text, (text or "").replace("_", " "))


def mover(who: str | None, actor: str | None, kind: str | None) -> str:
    """Who moved a deal: a person by name, else by the CRM's number; a machine as what it is."""
    if kind is not None and kind in _MOVERS:
        return _MOVERS[kind]
    return who or (f"CRM user {actor}" if actor else "somebody whom the CRM does not name")


def rate(low: Decimal | None, high: Decimal | None) -> str:
    """A rate between its bounds; never 100 % where nothing was due."""
    if low is None or high is None:
        return "nothing was due"
    first, last = _percent(low), _percent(high)
    return f"{first} %" if first == last else f"between {first} and {last} %"


def _percent(share: Decimal) -> int:
    """Rounded, but neither nothing nor everything where it isn't."""
    rounded = round(share * 100)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded


def waiver(row: Mapping[str, Any], given_by: str | None, zone: ZoneInfo) -> str:
    """Who lifted a duty, when and why."""
    whole = "for every deal, " if row["deal_key"] is None else ""
    until = "" if row["valid_to"] is None else f", until {_day(row['valid_to'], zone)}"
    return f"{whole}by {given_by} on {_day(row['given_at'], zone)}{until}: {row['reason']}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.replace(tzinfo=UTC).astimezone(zone).strftime("%Y-%m-%d")


def when(moment: datetime | None, *, only_the_day: bool = False) -> str:
    """A moment to the minute."""
    if moment is None:
        return "at a time that is not known"
    return moment.strftime("%Y-%m-%d" if only_the_day else "%Y-%m-%d %H:%M")


def span(days: float) -> str:
    """A length of time in its largest sensible unit."""
    for size, unit in ((1.0, "day"), (1 / 24, "hour"), (1 / 1440, "minute")):
        if days >= size:
            count = f"{days / size:,.1f}".removesuffix(".0")
            return f"{count} {unit}{'' if count == '1' else 's'}"
    return "less than a minute"
