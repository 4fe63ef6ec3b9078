"""A story as Salesforce would have it: its own saves in order, with what each one changed.

Here belongs what becomes of HubSpot's habits (merges, cleared dates, milliseconds). Records are made in `rows`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from connectors.sandbox.model import Actor, Entry, Story
from connectors.sandbox.salesforce.words import STAGES, day_of
from connectors.sandbox.stock import DEFAULT_PIPELINE
from connectors.sandbox.workdays import DAY

FIELDS: Final = {
    "dealstage": "StageName",
    "amount": "Amount",
    "closedate": "CloseDate",
    "hubspot_owner_id": "Owner",
    "closed_lost_reason": "Loss_Reason__c",
    "pipeline": "RecordType",
    "hs_next_step": "NextStep",
    "description": "Description",
}
"""Stories' names of fields -> the names in OpportunityFieldHistory."""

FIRST_PLAN: Final = 30 * DAY
"""CloseDate is required: who gives none plans for a month from now."""

MOST: Final = Decimal(10) ** 16


@dataclass(slots=True)
class Save:
    """One save of a deal: when (whole seconds), by whom, and each changed field's old and new value."""

    at: int
    actor: Actor
    changes: dict[str, tuple[str | None, str | None]]


def saves(story: Story) -> list[Save]:
    """All saves of a deal, the first being its creation. Values are Salesforce's; Owner holds the stories' owner id."""
    values: dict[str, str | None] = {}
    done: list[Save] = []
    born = story.created // 1000
    last_ms = story.created
    for name, entry in _entries(story):
        field, value = FIELDS[name], _value(name, entry)
        old = values.get(field)
        if old == value and done:
            continue
        values[field] = value
        at = max(entry.at // 1000, born)
        joins = bool(done) and (at == born == done[-1].at or entry.at == last_ms) and field not in done[-1].changes
        if not joins:
            done.append(Save(at, entry.actor, {}))
        elif done[-1].actor == "system":
            done[-1].actor = entry.actor
        done[-1].changes[field] = (old, value)
        last_ms = entry.at
    if not done:
        done.append(Save(born, "person", {}))
    if "CloseDate" not in done[0].changes:
        done[0].changes["CloseDate"] = (None, day_of(story.created + FIRST_PLAN))
        _correct_next(done)
    return done


def present(done: list[Save]) -> dict[str, str | None]:
    """What the fields hold after the last save."""
    return {field: new for save in done for field, (_, new) in save.changes.items()}


def _correct_next(done: list[Save]) -> None:
    for save in done[1:]:
        if "CloseDate" in save.changes:
            save.changes["CloseDate"] = (done[0].changes["CloseDate"][1], save.changes["CloseDate"][1])
            return


def _entries(story: Story) -> Iterator[tuple[str, Entry]]:
    """The entries of a deal's fields in the order of time; of one moment the stage goes first."""
    twin = _twin(story)
    found = [
        (entry.at, place, name, entry)
        for place, name in enumerate(FIELDS)
        for entry in story.fields.get(name, ())
        if entry.actor != "merge" and entry.at != twin
    ]
    found.sort(key=lambda item: (max(item[0], story.created), item[1]))
    return ((name, entry) for _, _, name, entry in found)


def _twin(story: Story) -> int | None:
    """When the twin of a survivor began: its entries stand among the survivor's in HubSpot only."""
    if story.plot != "merge_survivor":
        return None
    return next(e.at for e in story.fields["dealstage"][1:] if e.value == "appointmentscheduled")


def _value(name: str, entry: Entry) -> str | None:
    """A value as Salesforce holds it."""
    text = entry.value
    match name:
        case "dealstage":
            return STAGES[text].name if text in STAGES else text
        case "amount":
            return _money(text)
        case "closedate":
            return day_of(entry.at) if not text.isdigit() else _day(int(text))
        case "pipeline":
            return None if text in ("", DEFAULT_PIPELINE) else text
    return text or None


def _money(text: str) -> str | None:
    """A number field takes numbers only."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return str(amount) if amount.is_finite() and abs(amount) < MOST else None


def _day(ms: int) -> str:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).date().isoformat()
    except OverflowError:
        return "9999-12-31"
