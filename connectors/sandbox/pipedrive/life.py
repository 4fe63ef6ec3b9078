"""A deal's life in Pipedrive's fields: what it was created with, and every change since as the changelog has it.

Stories know closed stages; here winning and losing is a status, and the stage stays where it was. HubSpot sets the
close date when a deal closes; Pipedrive doesn't, so such entries are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from connectors.sandbox.model import Actor, Entry, Story
from connectors.sandbox.pipedrive.words import FIRST_STAGE, OUTCOMES, STAGE_IDS, naive, thing_id
from connectors.sandbox.stock import NATIVE

Value = str | None
WITHHELD: Final = {"stage_id": "dealstage", "status": "dealstage"}


class Change(NamedTuple):
    """One row of the changelog."""

    at: int
    field_key: str
    old: Value
    new: Value
    actor: Actor


class Turn(NamedTuple):
    """A field gets a value."""

    at: int
    field_key: str
    value: Value
    actor: Actor


@dataclass(slots=True)
class Life:
    """The values at present, all changes (oldest first), and the moments that Pipedrive keeps of its own."""

    now: dict[str, Value]
    created_by: Actor
    changes: list[Change] = field(default_factory=list)
    stage_changed: int | None = None
    closed: int | None = None
    first_won: int | None = None

    def turn(self, turn: Turn) -> None:
        """A field gets a value, and the changelog a row if it is another one."""
        old = self.now.get(turn.field_key)
        if old == turn.value:
            return
        self.now[turn.field_key] = turn.value
        self.changes.append(Change(turn.at, turn.field_key, old, turn.value, turn.actor))
        if turn.field_key == "stage_id":
            self.stage_changed = turn.at
        if turn.field_key == "status":
            self._status(old, turn)

    def _status(self, old: Value, turn: Turn) -> None:
        self.closed = None if turn.value == "open" else turn.at
        if turn.value == "won" and self.first_won is None:
            self.first_won = turn.at
        if old == "lost" and turn.value != "deleted":
            self.turn(Turn(turn.at, "lost_reason", None, turn.actor))


def life_of(story: Story, deleted_at: int | None = None) -> Life:
    """Live the story through in Pipedrive's fields. A deletion is a change of status, the last one."""
    stages = own_stages(story)
    life = Life({"value": "0"}, stages[0].actor if stages else "person")
    first = FIRST_STAGE[story.pipeline]
    place = STAGE_IDS.get(stages[0].value, first) if stages else first
    life.now |= {"stage_id": str(place), "status": OUTCOMES.get(stages[0].value, "open") if stages else "open"}
    if life.now["status"] != "open":
        life.closed = story.created
        life.first_won = story.created if life.now["status"] == "won" else None
    for turn in sorted(_turns(story, stages[1:]), key=lambda turn: turn.at):
        if turn.at <= story.created and turn.field_key not in ("stage_id", "status"):
            life.now[turn.field_key] = turn.value
        else:
            life.turn(turn)
    if deleted_at is not None:
        closed = life.closed
        life.turn(Turn(deleted_at, "status", "deleted", "person"))
        life.closed = closed
    return life


def own_stages(story: Story) -> list[Entry]:
    """The stages that the deal itself went through, what was stamped with one moment in the pipeline's order."""
    entries = story.fields.get("dealstage", [])
    if story.merged_at is not None and story.parents:
        twin = {NATIVE["qualify"]} if entries[0].value == NATIVE["qualify"] else set()
        entries = [
            entry
            for number, entry in enumerate(entries)
            if number == 0 or entry.at > story.merged_at or (entry.actor != "merge" and entry.value not in twin)
        ]
    return sorted(entries, key=lambda entry: (entry.at, STAGE_IDS.get(entry.value, len(STAGE_IDS) + 1)))


def _turns(story: Story, stages: list[Entry]) -> Iterator[Turn]:
    for entry in stages:
        outcome = OUTCOMES.get(entry.value)
        yield Turn(entry.at, "status", outcome or "open", entry.actor)
        if outcome is None and entry.value in STAGE_IDS:
            yield Turn(entry.at, "stage_id", str(STAGE_IDS[entry.value]), entry.actor)
    for entry in story.fields.get("amount", []):
        amount = money(entry.value)
        if amount is not None:
            yield Turn(entry.at, "value", amount, entry.actor)
    for entry in story.fields.get("closedate", []):
        day = as_date(entry.value)
        if entry.actor != "system" and (day is not None or not entry.value):
            yield Turn(entry.at, "expected_close_date", None if day is None else day.isoformat(), entry.actor)
    for entry in story.fields.get("hubspot_owner_id", []):
        yield Turn(entry.at, "user_id", entry.value, entry.actor)
    for entry in story.fields.get("closed_lost_reason", []):
        yield Turn(entry.at, "lost_reason", entry.value or None, entry.actor)
    if story.contacts:
        yield Turn(story.contacts[0], "person_id", str(thing_id(story.index, 0)), "person")


def money(text: str) -> str | None:
    """An amount as Pipedrive keeps it, or None for what it would refuse as no number; an empty one is 0."""
    try:
        number = Decimal(text or "0")
    except InvalidOperation:
        return None
    return format(number, "f") if number.is_finite() else None


def as_date(text: str) -> date | None:
    """The UTC day of a moment in milliseconds, or None for what Pipedrive would refuse."""
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def shown_changes(story: Story, life: Life) -> list[Change]:
    """The rows that the changelog still has, oldest first; the first one tells who made the deal."""
    made = Change(story.created, "add_time", None, naive(story.created), life.created_by)
    return [made, *_left(story, life)]


def _left(story: Story, life: Life) -> list[Change]:
    rows = [row for row in life.changes if WITHHELD.get(row.field_key, "") not in story.withheld]
    if story.first_shown is None:
        return rows
    since = story.first_shown
    kept = [row for row in rows if row.at >= since or row.field_key not in WITHHELD]
    first = next((number for number, row in enumerate(kept) if row.field_key == "stage_id"), None)
    if first is not None:
        kept[first] = kept[first]._replace(old=None)
    return kept
