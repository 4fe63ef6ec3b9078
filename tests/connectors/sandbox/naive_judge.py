"""A second opinion on verdicts, written from the rules' text and from what the HTTP API shows.

It shares nothing with the story-teller: it reads JSON and knows the calendar by itself. Only clear cases are its
business (a walk with dated history in the default pipeline).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
ORDER = {
    "appointmentscheduled": 1,
    "qualifiedtobuy": 2,
    "presentationscheduled": 2,
    "decisionmakerboughtin": 3,
    "contractsent": 4,
    "closedwon": 5,
}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def gate(deal: dict, stage: int) -> datetime | None:
    """When the deal first stood beyond stage number `stage`."""
    entries = deal["propertiesWithHistory"]["dealstage"]
    beyond = [moment(entry["timestamp"]) for entry in entries if ORDER.get(entry["value"], 0) > stage]
    return min(beyond, default=None)


def deadline(at: datetime) -> datetime:
    """The end of the next working day."""
    day: date = at.astimezone(BERLIN).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC)


NOT_YET = "pending or not due"


def state(done: datetime | None, at: datetime | None, now: datetime) -> str:
    """The state of a step; before its gate it can only be done or not yet done."""
    if at is None:
        return "done" if done else NOT_YET
    if done is None:
        return "missing" if now > deadline(at) else "pending"
    if done <= at:
        return "done"
    return "done_in_grace" if done <= deadline(at) else "late"


def first_change(deal: dict, name: str, suffices) -> datetime | None:
    entries = deal["propertiesWithHistory"][name]
    return min((moment(entry["timestamp"]) for entry in entries if suffices(entry["value"])), default=None)


def buyer_named(deal: dict, now: datetime) -> str:
    first = first_change(deal, "num_associated_contacts", lambda value: int(value) >= 1)
    return state(first, gate(deal, 1), now)


def amount_known(deal: dict, now: datetime) -> str:
    first = first_change(deal, "amount", lambda value: bool(value) and float(value) > 0)
    return state(first, gate(deal, 2), now)


def final_amount(deal: dict, now: datetime) -> str:
    first = first_change(deal, "amount", lambda value: bool(value) and float(value) > 0)
    return state(first, gate(deal, 4), now)


def close_date_ahead(deal: dict, _now: datetime) -> str:
    at = gate(deal, 3)
    if at is None:
        return NOT_YET
    entries = deal["propertiesWithHistory"]["closedate"]
    won = at == gate(deal, 4)
    before = [e for e in entries if moment(e["timestamp"]) < at or (not won and moment(e["timestamp"]) == at)]
    value = before[0]["value"] if before else ""
    return "done" if value and moment(value).date() >= at.astimezone(BERLIN).date() else "missing"


def counts(activity: dict, kind: str, now: datetime) -> bool:
    fields = activity["properties"]
    if moment(fields["hs_timestamp"]) > now:
        return False
    if kind == "meetings":
        return fields["hs_meeting_outcome"] not in ("CANCELED", "NO_SHOW")
    if kind == "calls":
        return fields["hs_call_status"] == "COMPLETED"
    return fields["hs_email_direction"] == "INCOMING_EMAIL"


def conversation_held(deal: dict, talks: list[tuple[datetime, datetime]], now: datetime) -> str:
    """`talks` are (held, logged) of what counts."""
    at = gate(deal, 1)
    held = state(min((talk[0] for talk in talks), default=None), at, now)
    if held == "done" and at and min(max(talk) for talk in talks if talk[0] <= at) > deadline(at) + timedelta(days=1):
        return "backfilled"
    return held
