"""What was done about a deal: meetings are events, calls and e-mails are tasks, and each e-mail is a message as well.

An event has no outcome in Salesforce: what was called off or missed is deleted from the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.sandbox.model import Activity
from connectors.sandbox.salesforce.deal import Deal, Row
from connectors.sandbox.salesforce.words import SLOTS, day_of, record_id

STRANGERS: Final = 512
"""Contacts of activities that aren't contacts of the deal stand in the upper half of the deal's numbers."""

NOT_HELD: Final = frozenset(("CANCELED", "NO_SHOW"))
INCOMING: Final = "INCOMING_EMAIL"
HOUR: Final = 3600


def tasks(deal: Deal) -> Iterator[tuple[int, Row]]:
    """Task: calls and e-mails. ActivityDate is a date only; when exactly it was completed is when it was logged."""
    for place, activity in enumerate(deal.story.activities):
        if activity.kind == "meeting":
            continue
        is_call = activity.kind == "call"
        is_done = not is_call or activity.how == "COMPLETED"
        incoming = activity.how == INCOMING
        yield (
            place,
            {
                **_about(deal, "Task", place, activity),
                "Subject": "Call" if is_call else f"Email: {'<<' if incoming else '>>'} Re: offer",
                "Status": "Completed" if is_done else "Not Started",
                "IsClosed": is_done,
                "Priority": "Normal",
                "IsHighPriority": False,
                "IsReminderSet": False,
                "Type": "Call" if is_call else "Email",
                "TaskSubtype": "Call" if is_call else "Email",
                "CallType": "Inbound" if incoming else "Outbound",
                "CallDisposition": None if is_done else "No Answer",
                "CallDurationInSeconds": 720 if is_call and is_done else None,
                "ActivityDate": day_of(activity.at),
                "CompletedDateTime": activity.recorded // 1000 if is_done else None,
            },
        )


def events(deal: Deal) -> Iterator[tuple[int, Row]]:
    """Event: meetings."""
    for place, activity in enumerate(deal.story.activities):
        if activity.kind != "meeting":
            continue
        row = _about(deal, "Event", place, activity)
        start = activity.at // 1000
        yield (
            place,
            {
                **row,
                "IsDeleted": row["IsDeleted"] or activity.how in NOT_HELD,
                "Subject": "Meeting",
                "Type": "Meeting",
                "EventSubtype": "Event",
                "ShowAs": "Busy",
                "IsAllDayEvent": False,
                "IsPrivate": False,
                "IsChild": False,
                "IsGroupEvent": False,
                "ActivityDate": day_of(activity.at),
                "ActivityDateTime": start,
                "StartDateTime": start,
                "EndDateTime": start + HOUR,
                "EndDate": day_of(activity.at + HOUR * 1000),
                "DurationInMinutes": 60,
            },
        )


def emails(deal: Deal) -> Iterator[tuple[int, Row]]:
    """EmailMessage: the e-mail behind a task, and whether it came in."""
    for place, activity in enumerate(deal.story.activities):
        if activity.kind != "email":
            continue
        at = activity.recorded // 1000
        yield (
            place,
            {
                **deal.child("EmailMessage", place, at, at),
                "ActivityId": record_id("Task", deal.index * SLOTS + place),
                "RelatedToId": record_id("Opportunity", deal.home),
                "Incoming": activity.how == INCOMING,
                "Subject": "Re: offer",
                "Status": "2" if activity.how == INCOMING else "3",
                "MessageDate": activity.at // 1000,
            },
        )


def _about(deal: Deal, kind: str, place: int, activity: Activity) -> Row:
    recorded, at = activity.recorded // 1000, activity.at // 1000
    touched = max(recorded, at) if at <= deal.now else recorded
    owner = deal.users.sellers[activity.owner]
    first = 0 if deal.story.contacts else STRANGERS
    who = record_id("Contact", deal.index * SLOTS + first) if activity.contacts else None
    return {
        **deal.child(kind, place, recorded, touched, owner.id),
        "OwnerId": owner.id,
        "Owner.Name": owner.name,
        "Owner.Email": owner.email,
        "WhatId": record_id("Opportunity", deal.home),
        "What.Type": "Opportunity",
        "What.Name": f"Deal {deal.home + 1}",
        "WhatCount": 1,
        "WhoId": who,
        "Who.Type": "Contact" if who else None,
        "WhoCount": activity.contacts,
        "IsArchived": False,
        "IsRecurrence": False,
    }
