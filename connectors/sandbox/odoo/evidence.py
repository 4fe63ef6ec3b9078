"""Conversations and offers as Odoo keeps them: messages, planned and done activities, orders.

What happens to the lead itself is `render`'s.
"""

from __future__ import annotations

from typing import Final

from connectors.sandbox.model import Activity, Story
from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.odoo.lead import Bundle, Chatter, Ids
from connectors.sandbox.odoo.words import ACTIVITIES as DONE
from connectors.sandbox.odoo.words import (
    ACTIVITY_TYPES,
    CALL,
    COMPANIES,
    CURRENCIES,
    DISCUSSIONS,
    EMAIL,
    FIRST_CUSTOMER,
    FIRST_SELLER,
    MEETING,
    NOTE,
    Row,
    date_text,
)

KINDS: Final = {"meeting": MEETING, "call": CALL, "email": EMAIL}
CALLED_OFF: Final = frozenset(("CANCELED", "NO_SHOW"))


class Evidence:
    """Writes them in one version; `now` is the present in milliseconds."""

    def __init__(self, chatter: Chatter, now: int) -> None:
        self.chatter, self.now = chatter, now

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
    def order(bundle: Bundle, story: Story, at: int, ids: Ids) -> Row:
        """An offer that was sent."""
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


def done_body(kind: int) -> str:
    """The text of the message that an activity was done."""
    _, name, _, icon = ACTIVITY_TYPES[kind - 1]
    what = f'<span class="fa {icon} fa-fw"></span><span>{name}</span> done'
    return f"\n    <p>\n        {what}\n        <span>: </span><span>{name.lower()} with customer</span>\n    </p>\n"
