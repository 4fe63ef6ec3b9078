"""A story's life as it passes through Odoo: the lead with its messages and tracking values, and the evidence.

Only what the stories tell; what people edit while tests watch goes through `world`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from connectors.sandbox.model import Activity, Actor, Entry, Story
from connectors.sandbox.odoo.evidence import Evidence, entered
from connectors.sandbox.odoo.lead import REASON, Bundle, Chatter, Ids, created
from connectors.sandbox.odoo.words import (
    COMPANIES,
    CREATED,
    CURRENCIES,
    FIRST_CUSTOMER,
    FIRST_SELLER,
    FIRST_STAGE,
    LOST,
    RENEWALS_TEAM,
    STAGE_IDS,
    TEAM_IDS,
    Row,
    date_text,
    user_of,
)
from connectors.sandbox.people import Crew
from connectors.sandbox.stock import RENEWALS_PIPELINE

HISTORY: Final = ("stage_id", "active", "won_status")
WITHHELD: Final = {"dealstage": HISTORY, "amount": ("expected_revenue",), "num_associated_contacts": ("partner_id",)}
IGNORED: Final = frozenset(("pipeline", "num_associated_contacts", "hs_merged_object_ids"))


@dataclass(slots=True)
class Change:
    """What one save writes."""

    at: int
    actor: Actor
    values: dict[str, Any]


class Renderer:
    """Shows stories in one version. `reason` gives a lost reason's id, `now` is the present in milliseconds."""

    def __init__(self, crew: Crew, chatter: Chatter, reason: Callable[[str], int], now: int) -> None:
        self.crew, self.chatter, self.reason = crew, chatter, reason
        self.evidence = Evidence(chatter, now)

    def bundle(self, story: Story, lead_id: int, ids: Ids) -> Bundle:
        """The whole life of a deal that nobody edited here."""
        if story.archived_at is not None:
            return Bundle()
        first, later = self._first_and_later(story)
        bundle = Bundle(self.new_lead(story, lead_id, first))
        self.chatter.creation(bundle, ids, story.created, user_of(story, first.actor))
        if story.merged_into is not None:
            return _merged_away(bundle, lead_id, story)
        happened: list[tuple[int, Change | Activity]] = [(change.at, change) for change in later]
        happened += [(entered(activity, story), activity) for activity in story.activities]
        for at, what in sorted(happened, key=lambda pair: pair[0]):
            if isinstance(what, Activity):
                self.evidence.activity(bundle, story, what, ids)
            else:
                self.chatter.save(bundle, ids, what.values, at, user_of(story, what.actor))
        for document in story.documents:
            bundle.orders.append(self.evidence.order(bundle, story, document.at, ids))
        return _withheld(bundle, story)

    def new_lead(self, story: Story, lead_id: int, first: Change) -> Row:
        """The lead as it was created."""
        team = RENEWALS_TEAM if story.pipeline == RENEWALS_PIPELINE else self.team(story.owner)
        values = {
            "user_id": FIRST_SELLER + story.owner,
            "team_id": team,
            "stage_id": FIRST_STAGE[story.pipeline],
            "company_id": COMPANIES[story.currency],
            "company_currency": CURRENCIES[story.currency],
            "currency": story.currency,
            "x_deal_type": story.native_type,
        }
        name = f"Deal {story.index + 1}"
        return created(lead_id, name, values | first.values, story.created, user_of(story, first.actor))

    def team(self, owner: int) -> int:
        """The team of a salesperson."""
        return TEAM_IDS[self.crew.everybody[owner].team]

    # -- values -----------------------------------------------------------------------------------------------

    def values(self, story: Story, name: str, value: str, *, is_lost: bool) -> dict[str, Any]:
        """What a value of the story is in a lead; `is_lost`: the lead lies archived until then."""
        if name == "dealstage":
            if value in LOST:
                return {"active": False}
            restored = {"active": True, REASON: None} if is_lost else {}
            return {**restored, "stage_id": STAGE_IDS[value]}
        if name == "amount":
            return {"expected_revenue": money(value)}
        if name == "hubspot_owner_id":
            owner = next(person for person in self.crew.everybody if person.owner_id == value)
            team = {} if story.pipeline == RENEWALS_PIPELINE else {"team_id": self.team(owner.number)}
            return {"user_id": FIRST_SELLER + owner.number, **team}
        if name == "closed_lost_reason":
            return {REASON: self.reason(value) if value else None}
        if name == "closedate":
            return {"date_deadline": date_text(int(value)) if value else None}
        return {}

    def _first_and_later(self, story: Story) -> tuple[Change, list[Change]]:
        every = [
            (entry.at, name, entry)
            for name, entries in story.fields.items()
            if name not in IGNORED
            for entry in (_own_stages(story) if name == "dealstage" else entries)
            if not (name == "closedate" and entry.actor == "system")
        ]
        if story.contacts:
            every.append((story.contacts[0], "contact", Entry("", story.contacts[0], "person")))
        every.sort(key=lambda item: (item[0], STAGE_IDS.get(item[2].value, 0) if item[1] == "dealstage" else 0))
        first, later, is_lost, has_stage = Change(story.created, "person", {}), list[Change](), False, False
        for at, name, entry in every:
            is_stage = name == "dealstage"
            is_initial = at <= story.created and not (is_stage and has_stage)
            written = {"partner_id": FIRST_CUSTOMER + story.index}
            values = written if name == "contact" else self.values(story, name, entry.value, is_lost=is_lost)
            if is_stage:
                is_lost, has_stage = entry.value in LOST, True
            if is_initial:
                first.values |= values
                first.actor = entry.actor if is_stage else first.actor
                continue
            same = later and later[-1].at == at and later[-1].actor == entry.actor
            if same and not (is_stage and {"stage_id", "active"} & later[-1].values.keys()):
                later[-1].values |= values
            else:
                later.append(Change(at, entry.actor, values))
        return first, later


def money(value: str) -> float:
    """An amount; nothing is 0. Raises ValueError for what is no number."""
    try:
        return float(Decimal(value or "0"))
    except InvalidOperation as error:
        raise ValueError(f"could not convert string to float: '{value}'") from error


def _own_stages(story: Story) -> list[Entry]:
    """The stages of the deal itself: a merge in Odoo joins no walks, so what a twin brought along is left out."""
    entries = story.fields.get("dealstage", [])
    if story.merged_at is None or not entries:
        return entries
    twins = [e for e in entries[1:] if e.value == entries[0].value and e.at <= story.merged_at]
    return [entry for entry in entries if entry.actor != "merge" and entry not in twins]


def _merged_away(bundle: Bundle, lead_id: int, story: Story) -> Bundle:
    survivor = lead_id + (story.merged_into or 0) - story.index
    for message in bundle.messages:
        message["res_id"] = survivor
    return Bundle(None, bundle.messages)


def _withheld(bundle: Bundle, story: Story) -> Bundle:
    """Purge the messages of what the CRM doesn't tell of this deal; the first move that is left comes from nowhere."""
    hidden = {name for story_field in story.withheld for name in WITHHELD.get(story_field, ())}
    start = story.first_shown or 0
    if not hidden and not start:
        return bundle
    gone = {
        row["id"]
        for row in bundle.trackings
        if row["name"] in hidden or (row["name"] in HISTORY and int(str(row["create_date"])) < start)
    }
    kept = []
    for message in bundle.messages:
        had = message["tracking_value_ids"]
        left = [one for one in had if one not in gone] if isinstance(had, list) else []
        is_purged = message["subtype_id"] == CREATED and (start or "dealstage" in story.withheld)
        if not is_purged and (left or not had):
            kept.append(message | {"tracking_value_ids": left})
    bundle.trackings = [row for row in bundle.trackings if row["id"] not in gone]
    bundle.messages = kept
    first = next((row for row in bundle.trackings if start and row["name"] == "stage_id"), None)
    if first is not None:
        first |= {"old_value_integer": 0, "old_value_char": ""}
    return bundle
