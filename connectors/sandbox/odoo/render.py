"""A story's life as it passes through Odoo: the lead, its messages and tracking values, its activities and orders.

Only what the stories tell; what people edit while tests watch goes through `world`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from connectors.sandbox.model import Activity, Actor, Entry, Story
from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.odoo.lead import REASON, Bundle, Chatter, Ids, created
from connectors.sandbox.odoo.words import ACTIVITIES as DONE
from connectors.sandbox.odoo.words import (
    ACTIVITY_TYPES,
    CALL,
    COMPANIES,
    CREATED,
    CURRENCIES,
    DISCUSSIONS,
    EMAIL,
    FIRST_CUSTOMER,
    FIRST_SELLER,
    FIRST_STAGE,
    LOST,
    MEETING,
    NOTE,
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
KINDS: Final = {"meeting": MEETING, "call": CALL, "email": EMAIL}
CALLED_OFF: Final = frozenset(("CANCELED", "NO_SHOW"))


@dataclass(slots=True)
class Change:
    """What one save writes."""

    at: int
    actor: Actor
    values: dict[str, Any]


class Renderer:
    """Shows stories in one version. `reason` gives a lost reason's id, `now` is the present in milliseconds."""

    def __init__(self, crew: Crew, chatter: Chatter, reason: Callable[[str], int], now: int) -> None:
        self.crew, self.chatter, self.reason, self.now = crew, chatter, reason, now

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
                self.activity(bundle, story, what, ids)
            else:
                self.chatter.save(bundle, ids, what.values, at, user_of(story, what.actor))
        for document in story.documents:
            bundle.orders.append(self._order(bundle, story, document.at, ids))
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

    # -- activities and orders --------------------------------------------------------------------------------

    def activity(self, bundle: Bundle, story: Story, activity: Activity, ids: Ids) -> None:
        """A meeting, call or e-mail: still planned, done, or called off and gone."""
        lead, at = bundle.lead, entered(activity, story)
        if lead is None or activity.how in CALLED_OFF:
            return
        uid, kind = FIRST_SELLER + activity.owner, KINDS[activity.kind]
        if activity.kind == "email":
            bundle.messages.append(self._mail(bundle, activity, at, uid, ids))
        elif activity.kind == "call" and activity.how != "COMPLETED":
            note = self.chatter.message(bundle, ids, activity.at, at, uid, message_type="comment", subtype_id=NOTE)
            bundle.messages.append(note | {"body": "<p>Called, nobody answered</p>"})
        elif activity.at > max(self.now, activity.recorded):
            bundle.activities.append(self._planned(lead, activity, kind, uid, ids))
        else:
            if self.chatter.version >= JSON2_SINCE:
                done = {"active": False, "date_done": date_text(activity.at), "write_date": at}
                bundle.activities.append(self._planned(lead, activity, kind, uid, ids) | done)
            body = done_body(kind)
            message = self.chatter.message(bundle, ids, activity.at, at, uid, subtype_id=DONE, body=body)
            bundle.messages.append(message | {"mail_activity_type_id": kind})

    def _mail(self, bundle: Bundle, activity: Activity, at: int, uid: int, ids: Ids) -> Row:
        lead = bundle.lead or {}
        is_answer = activity.how == "INCOMING_EMAIL"
        values: Row = {"message_type": "email" if is_answer else "comment", "subtype_id": DISCUSSIONS}
        values |= {"subject": "Re: offer", "body": "<p>Thank you</p>"}
        if is_answer:
            values |= {"author_id": lead.get("partner_id"), "email_from": f"buyer.{lead.get('id')}@example.org"}
            values |= {"create_uid": 1, "write_uid": 1}
        return self.chatter.message(bundle, ids, activity.at, at, uid) | values

    @staticmethod
    def _planned(lead: Row, activity: Activity, kind: int, uid: int, ids: Ids) -> Row:
        return {
            "id": ids.take("mail.activity"),
            "res_model": "crm.lead",
            "res_id": lead["id"],
            "res_name": lead["name"],
            "activity_type_id": kind,
            "summary": f"{activity.kind} with customer",
            "note": None,
            "date_deadline": date_text(activity.at),
            "date_done": None,
            "active": True,
            "user_id": uid,
            "create_date": activity.recorded,
            "create_uid": uid,
            "write_date": activity.recorded,
            "write_uid": uid,
        }

    @staticmethod
    def _order(bundle: Bundle, story: Story, at: int, ids: Ids) -> Row:
        lead, uid = bundle.lead or {}, FIRST_SELLER + story.owner
        identifier = ids.take("sale.order")
        return {
            "id": identifier,
            "name": f"S{identifier:05d}",
            "state": "sent",
            "opportunity_id": lead.get("id"),
            "date_order": at,
            "amount_total": lead.get("expected_revenue"),
            "currency_id": CURRENCIES[story.currency],
            "partner_id": lead.get("partner_id") or FIRST_CUSTOMER + story.index,
            "user_id": uid,
            "company_id": COMPANIES[story.currency],
            "create_date": at,
            "create_uid": uid,
            "write_date": at,
            "write_uid": uid,
        }


def entered(activity: Activity, story: Story) -> int:
    """When the message of an activity was created: not before it took place, nor before the lead was there."""
    return max(activity.at, activity.recorded, story.created)


def money(value: str) -> float:
    """An amount; nothing is 0. Raises ValueError for what is no number."""
    try:
        return float(Decimal(value or "0"))
    except InvalidOperation as error:
        raise ValueError(f"could not convert string to float: '{value}'") from error


def done_body(kind: int) -> str:
    """The text of the message that an activity was done."""
    _, name, _, icon = ACTIVITY_TYPES[kind - 1]
    what = f'<span class="fa {icon} fa-fw"></span><span>{name}</span> done'
    return f"\n    <p>\n        {what}\n        <span>: </span><span>{name.lower()} with customer</span>\n    </p>\n"


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
