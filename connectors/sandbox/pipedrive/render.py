"""Deals, activities and products as v2 shows them. Which of them an answer holds is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from connectors.sandbox.model import Activity, Document, Story
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.life import Life
from connectors.sandbox.pipedrive.words import (
    DEAL_TYPE_KEY,
    DEAL_TYPE_OPTIONS,
    ORIGINS,
    PIPELINE_IDS,
    machine,
    rfc3339,
    thing_id,
    user_id,
)

UNHEARD: Final = frozenset(("CANCELED", "NO_SHOW", "NO_ANSWER"))
"""What came to nothing is not done in Pipedrive: called off, or nobody there."""

ORGANISATIONS: Final = 500
OPTIONAL: Final = (
    "next_activity_id", "last_activity_id", "first_won_time", "products_count", "files_count", "notes_count",
    "followers_count", "email_messages_count", "activities_count", "done_activities_count", "undone_activities_count",
    "participants_count", "last_incoming_mail_time", "last_outgoing_mail_time", "smart_bcc_email", "source_lead_id",
)  # fmt: skip
"""Fields of a deal that are shown only when `include_fields` asks for them."""


def whole(text: str | None) -> int | None:
    """An id as a number."""
    return None if text is None else int(text)


def amount(text: str | None) -> int | float:
    """Money as a number; without a value it is 0."""
    number = float(text or 0)
    return int(number) if number.is_integer() else number


def moment(ms: int | None) -> str | None:
    """A moment in v2's words, or null."""
    return None if ms is None else rfc3339(ms)


def deal(company: Company, story: Story) -> dict[str, Any]:
    """A deal with the fields that v2 always shows."""
    life = company.life(story)
    now, index = life.now, story.index
    status, closed = now["status"], moment(life.closed)
    deleted = company.deleted_at(story)
    outcome = _outcome(life) if deleted is not None else status
    archived = company.is_archived(story)
    owner = whole(now.get("user_id")) or user_id(company.crew.everybody[story.owner])
    return {
        "id": index + 1,
        "title": f"Deal {index + 1}",
        "creator_user_id": owner if life.created_by == "person" else machine(company.crew),
        "owner_id": owner,
        "value": amount(now["value"]),
        "person_id": whole(now.get("person_id")),
        "org_id": 1 + index % ORGANISATIONS,
        "stage_id": whole(now["stage_id"]),
        "pipeline_id": PIPELINE_IDS[story.pipeline],
        "currency": story.currency,
        "archive_time": closed if archived else None,
        "add_time": rfc3339(story.created),
        "update_time": rfc3339(company.updated(story)),
        "stage_change_time": None if _lies(company, story) else moment(life.stage_changed),
        "status": status,
        "is_archived": archived,
        "is_deleted": deleted is not None,
        "probability": None,
        "lost_reason": now.get("lost_reason") if outcome == "lost" else None,
        "visible_to": 3,
        "close_time": closed,
        "won_time": closed if outcome == "won" else None,
        "lost_time": closed if outcome == "lost" else None,
        "local_won_date": closed[:10] if closed and outcome == "won" else None,
        "local_lost_date": closed[:10] if closed and outcome == "lost" else None,
        "local_close_date": closed[:10] if closed else None,
        "expected_close_date": now.get("expected_close_date"),
        "label_ids": [],
        "origin": ORIGINS.get(life.created_by, "ManuallyCreated"),
        "origin_id": None,
        "channel": None,
        "channel_id": None,
        "acv": None,
        "arr": None,
        "mrr": None,
        "custom_fields": {DEAL_TYPE_KEY: deal_type(story)},
    }


def _outcome(life: Life) -> str | None:
    """What a deleted deal's status was."""
    return next((row.old for row in reversed(life.changes) if row.field_key == "status"), None)


def _lies(company: Company, story: Story) -> bool:
    every = company.knobs.stage_time_lies_every
    return bool(every) and (story.index + 1) % every == 0


def deal_type(story: Story) -> int | None:
    """The option of the custom field that says what kind of deal it is."""
    option = DEAL_TYPE_OPTIONS.get(story.native_type or "")
    return None if option is None else option[0]


def optional(company: Company, story: Story, names: Collection[str]) -> dict[str, Any]:
    """The fields of a deal that were asked for besides."""
    activities = [
        (thing_id(part, place), activity)
        for part in company.parts(story.index)
        for place, activity in company.activities(company.story(part))
    ]
    mails = [mail for _, _, mail in company.mails(story.index)]
    done = [item for item in activities if is_done(company, item[1])]
    open_ = [item for item in activities if not is_done(company, item[1])]
    every: dict[str, Any] = dict.fromkeys(OPTIONAL)
    every |= {name: 0 for name in OPTIONAL if name.endswith("_count")}
    every |= {
        "next_activity_id": min(open_, key=lambda item: item[1].at)[0] if open_ else None,
        "last_activity_id": max(done, key=lambda item: item[1].at)[0] if done else None,
        "first_won_time": moment(company.life(story).first_won),
        "products_count": len(company.products(story.index)),
        "followers_count": 1,
        "email_messages_count": len(mails),
        "last_incoming_mail_time": moment(max((mail.at for mail in mails if is_incoming(mail)), default=None)),
        "last_outgoing_mail_time": moment(max((mail.at for mail in mails if not is_incoming(mail)), default=None)),
        "activities_count": len(activities),
        "done_activities_count": len(done),
        "undone_activities_count": len(open_),
        "participants_count": len(list(company.participants(story.index))),
        "smart_bcc_email": f"example+deal{story.index + 1}@pipedrivemail.example",
    }
    return {name: every[name] for name in names}


def is_done(company: Company, activity: Activity) -> bool:
    """Whether an activity is ticked off: it is over and came to something."""
    return activity.at <= company.last_edit and activity.how not in UNHEARD


def is_incoming(mail: Activity) -> bool:
    """Whether an e-mail came from the buyer."""
    return mail.how == "INCOMING_EMAIL"


def activity(company: Company, story: Story, place: int, item: Activity) -> dict[str, Any]:
    """An activity. It is ticked off when it was held or, if that was later, when it was logged."""
    done = is_done(company, item)
    people = [thing_id(story.index, number) for number in range(item.contacts)]
    when = rfc3339(item.at)
    deal_of = company.owner_of_things(story.index)
    owner = user_id(company.crew.everybody[item.owner])
    return {
        "id": thing_id(story.index, place),
        "subject": item.kind.capitalize(),
        "type": item.kind,
        "owner_id": owner,
        "creator_user_id": owner,
        "is_deleted": False,
        "add_time": rfc3339(item.recorded),
        "update_time": rfc3339(company.activity_updated(story, item)),
        "deal_id": None if deal_of is None else deal_of + 1,
        "lead_id": None,
        "person_id": people[0] if people else None,
        "org_id": 1 + story.index % ORGANISATIONS,
        "project_id": None,
        "due_date": when[:10],
        "due_time": when[11:19],
        "duration": "01:00:00" if item.kind == "meeting" else "",
        "busy": item.kind == "meeting",
        "done": done,
        "marked_as_done_time": rfc3339(max(item.at, item.recorded)) if done else None,
        "location": None,
        "participants": [{"person_id": person, "primary": number == 0} for number, person in enumerate(people)],
        "conference_meeting_client": None,
        "conference_meeting_url": None,
        "conference_meeting_id": None,
        "public_description": None,
        "priority": None,
        "note": None,
    }


def product(company: Company, index: int, part: int, place: int, document: Document) -> dict[str, Any]:
    """A quote or line item as a product attached to a deal: Pipedrive's API has no quotes."""
    added = rfc3339(document.at)
    return {
        "id": thing_id(part, place),
        "sum": 1000,
        "tax": 0,
        "deal_id": index + 1,
        "name": "Licence" if document.kind == "line_item" else "Offer",
        "product_id": 1 if document.kind == "line_item" else 2,
        "product_variation_id": None,
        "order_nr": place + 1,
        "add_time": added,
        "update_time": added,
        "comments": "",
        "currency": company.story(index).currency,
        "discount": 0,
        "discount_type": "percentage",
        "quantity": 1,
        "item_price": 1000,
        "tax_method": "inclusive",
        "is_enabled": True,
        "billing_frequency": "one-time",
        "billing_frequency_cycles": None,
        "billing_start_date": None,
    }
