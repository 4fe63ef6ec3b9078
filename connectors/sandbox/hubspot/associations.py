"""Who belongs to what: deals to contacts and documents, activities to deals and contacts."""

from __future__ import annotations

from typing import Any, Final

from connectors.sandbox.hubspot.errors import invalid
from connectors.sandbox.hubspot.index import ACTIVITIES
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.words import BASE, SINGULAR, SLOTS, iso, locate, object_id
from connectors.sandbox.model import Activity
from connectors.sandbox.wire import Answer

MOST: Final = 1_000
STRANGERS: Final = 32
"""Contacts of activities that aren't contacts of the deal stand in the upper half of the deal's slots."""

TYPE_ID: Final = {
    ("deals", "contacts"): 3,
    ("deals", "quotes"): 63,
    ("deals", "line_items"): 19,
    ("deals", "meetings"): 212,
    ("deals", "calls"): 206,
    ("deals", "emails"): 210,
    ("meetings", "deals"): 211,
    ("calls", "deals"): 205,
    ("emails", "deals"): 209,
    ("meetings", "contacts"): 199,
    ("calls", "contacts"): 193,
    ("emails", "contacts"): 197,
}


def targets(portal: Portal, source: str, to: str, identifier: int) -> list[int]:
    """Ids of the `to` objects of one object; none for what doesn't exist or is archived."""
    if (source, to) not in TYPE_ID:
        raise invalid(f"No association exists between {source} and {to}")
    if not portal.exists(source, identifier) or portal.is_archived(source, identifier):
        return []
    index, place = locate(source, identifier)
    if source == "deals":
        own = [object_id(to, part, n) for part in portal.parts(index) for n in range(portal.places(to, part))]
        return [other for other in own if not portal.is_late(other)]
    activity = portal.thing(source, index, place)
    if not isinstance(activity, Activity):
        return []
    if to == "deals":
        deal = object_id("deals", portal.survivor(index))
        return [deal] if portal.exists("deals", deal) and not portal.is_archived("deals", deal) else []
    own_contacts = len(portal.story(index).contacts)
    numbers = (n if n < own_contacts else STRANGERS + n for n in range(activity.contacts))
    return [BASE["contacts"] + index * SLOTS + n for n in numbers]


def batch_read(portal: Portal, source: str, to: str, body: dict[str, Any]) -> Answer:
    """POST /crm/v4/associations/{source}/{to}/batch/read; objects without any stand among the errors."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list):
        raise invalid("Invalid input JSON: inputs must be a list of objects with an id")
    if len(inputs) > MOST:
        raise invalid(f"The maximum number of inputs supported in a batch request is {MOST}")
    if source not in SINGULAR or (source not in ACTIVITIES and source != "deals"):
        raise invalid(f"Unable to infer object type from: {source}")
    results, errors = [], []
    kinds = [{"category": "HUBSPOT_DEFINED", "typeId": TYPE_ID.get((source, to), 0), "label": None}]
    for item in inputs:
        text = str(item.get("id"))
        linked = targets(portal, source, to, int(text) if text.isdigit() else -1)
        if linked:
            to_objects = [{"toObjectId": other, "associationTypes": kinds} for other in linked]
            results.append({"from": {"id": text}, "to": to_objects})
        else:
            message = f"No {SINGULAR[to]} is associated with {SINGULAR[source]} {text}."
            context = {"fromObjectId": [text], "fromObjectType": [source], "toObjectType": [to]}
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "message": message,
                    "context": context,
                }
            )
    moment = iso(portal.now)
    answer: dict[str, Any] = {"status": "COMPLETE", "results": [] if portal.knobs.empty else results}
    answer |= {"startedAt": moment, "completedAt": moment}
    if errors:
        return Answer(207, {**answer, "numErrors": len(errors), "errors": errors})
    return Answer(200, answer)
