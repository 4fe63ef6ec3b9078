"""A story's deal, activities and documents as HubSpot's JSON objects: every value a string or null.

Which objects an answer holds is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from connectors.sandbox.hubspot.words import history, iso, object_id, shown
from connectors.sandbox.model import Activity, Document, Story
from connectors.sandbox.people import Crew
from connectors.sandbox.stock import PIPELINES
from connectors.sandbox.workdays import HOUR, MINUTE

Fields = dict[str, str | None]
PROBABILITY: Final = {stage: p for _, _, stages in PIPELINES for stage, _, p, _ in stages}
CLOSED: Final = {stage for _, _, stages in PIPELINES for stage, _, _, closed in stages if closed}
ALWAYS: Final = {
    "deals": ("createdate", "hs_lastmodifieddate", "hs_object_id"),
    "other": ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
}
USUAL_DEAL: Final = ("amount", "closedate", "dealname", "dealstage", "pipeline")
DEAL_FIELDS: Final[dict[str, str]] = {
    "dealname": "string",
    "pipeline": "enumeration",
    "dealstage": "enumeration",
    "amount": "number",
    "deal_currency_code": "enumeration",
    "closedate": "datetime",
    "createdate": "datetime",
    "hs_lastmodifieddate": "datetime",
    "hs_object_id": "number",
    "hubspot_owner_id": "enumeration",
    "dealtype": "enumeration",
    "closed_lost_reason": "string",
    "closed_won_reason": "string",
    "description": "string",
    "hs_merged_object_ids": "enumeration",
    "num_associated_contacts": "number",
    "hs_is_closed": "bool",
    "hs_is_closed_won": "bool",
    "hs_deal_stage_probability": "number",
    "hs_next_step": "string",
}
TOLD: Final = (
    "pipeline", "dealstage", "amount", "closedate", "hubspot_owner_id", "closed_lost_reason", "num_associated_contacts",
    "hs_merged_object_ids",
)  # fmt: skip


def deal_fields(story: Story) -> Fields:
    """All properties of a deal."""
    stage = story.value("dealstage") or ""
    fields: Fields = dict.fromkeys(DEAL_FIELDS)
    for name, entries in story.fields.items():
        value = entries[-1].value
        fields[name] = shown(name, value) if value else None
    fields["dealname"] = f"Deal {story.index + 1}"
    fields["deal_currency_code"] = story.currency
    fields["createdate"] = iso(story.created)
    fields["hs_lastmodifieddate"] = iso(story.modified)
    fields["hs_object_id"] = str(object_id("deals", story.index))
    fields["dealtype"] = story.native_type
    fields["hs_is_closed"] = "true" if stage in CLOSED else "false"
    fields["hs_is_closed_won"] = "true" if PROBABILITY.get(stage) == "1.0" else "false"
    fields["hs_deal_stage_probability"] = PROBABILITY.get(stage)
    fields["num_associated_contacts"] = fields["num_associated_contacts"] or "0"
    return fields


def deal(story: Story, crew: Crew, wanted: Collection[str], with_history: Collection[str]) -> dict[str, Any]:
    """A deal with the wanted properties; names that don't exist are silently left out, as HubSpot does."""
    every = deal_fields(story)
    names = (*ALWAYS["deals"], *(wanted or USUAL_DEAL), *with_history)
    answer: dict[str, Any] = {
        "id": every["hs_object_id"],
        "properties": {name: every[name] for name in names if name in every},
        "createdAt": every["createdate"],
        "updatedAt": every["hs_lastmodifieddate"],
        "archived": story.archived_at is not None,
    }
    if story.archived_at is not None:
        answer["archivedAt"] = iso(story.archived_at)
    if with_history:
        answer["propertiesWithHistory"] = {
            name: _deal_history(story, crew, name, every) for name in with_history if name in every
        }
    return answer


def _deal_history(story: Story, crew: Crew, name: str, every: Fields) -> list[dict[str, Any]]:
    person = crew.everybody[story.author]
    if name in story.withheld:
        return []
    entries = story.fields.get(name, [])
    if name == "dealstage" and story.first_shown is not None:
        entries = [entry for entry in entries if entry.at >= story.first_shown]
    if entries or name in TOLD or every[name] is None:
        return history(name, entries, person)
    return [
        {
            "value": every[name],
            "timestamp": iso(story.created),
            "sourceType": "CRM_UI",
            "sourceId": f"userId:{person.user_id}",
            "sourceLabel": None,
            "updatedByUserId": person.user_id,
        }
    ]


def activity_modified(activity: Activity, now: int) -> int:
    """When an activity was last touched: when it was logged or, being over, when it took place."""
    return max(activity.recorded, activity.at) if activity.at <= now else activity.recorded


def activity_fields(activity: Activity, crew: Crew, now: int) -> Fields:
    """All properties of a meeting, call or e-mail."""
    at, recorded = iso(activity.at), iso(activity.recorded)
    fields: Fields = {
        "hs_timestamp": at,
        "hs_createdate": recorded,
        "hs_lastmodifieddate": iso(activity_modified(activity, now)),
        "hubspot_owner_id": crew.everybody[activity.owner].owner_id,
    }
    if activity.kind == "meeting":
        fields |= {
            "hs_meeting_title": "Meeting",
            "hs_meeting_outcome": activity.how or None,
            "hs_meeting_start_time": at,
            "hs_meeting_end_time": iso(activity.at + HOUR),
        }
    elif activity.kind == "call":
        fields |= {
            "hs_call_title": "Call",
            "hs_call_status": activity.how,
            "hs_call_direction": "OUTBOUND",
            "hs_call_duration": str(12 * MINUTE),
            "hs_call_disposition": None,
        }
    else:
        fields |= {"hs_email_subject": "Re: offer", "hs_email_direction": activity.how, "hs_email_status": "SENT"}
    return fields


def document_fields(document: Document) -> Fields:
    """All properties of a quote or line item."""
    at = iso(document.at)
    fields: Fields = {"hs_createdate": at, "hs_lastmodifieddate": at}
    if document.kind == "quote":
        fields |= {"hs_status": document.status, "hs_title": "Offer", "hs_expiration_date": None}
    else:
        fields |= {"createdate": at, "name": "Licence", "quantity": "1", "price": "1000"}
    return fields


def small(fields: Fields, identifier: int, wanted: Sequence[str]) -> dict[str, Any]:
    """An activity or document with the wanted properties."""
    fields["hs_object_id"] = str(identifier)
    names = (*ALWAYS["other"], *wanted)
    return {
        "id": str(identifier),
        "properties": {name: fields[name] for name in names if name in fields},
        "createdAt": fields["hs_createdate"],
        "updatedAt": fields["hs_lastmodifieddate"],
        "archived": False,
    }
