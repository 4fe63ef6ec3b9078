"""v2's lists of deals, activities and products, and single ones of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.sandbox.pipedrive import render
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.errors import invalid, not_found
from connectors.sandbox.pipedrive.pages import ids, listing, page_size, whole
from connectors.sandbox.pipedrive.words import DEAL_TYPE_OPTIONS, PIPELINE_IDS
from connectors.sandbox.wire import Answer

ORDERS: Final = ("id", "update_time", "add_time")
STATUSES: Final = frozenset(("open", "won", "lost", "deleted"))
MOST_CUSTOM: Final = 15
FILTERS: Final = ("owner_id", "person_id", "org_id", "stage_id")


def deals(company: Company, query: Mapping[str, str], *, archived: bool) -> Answer:
    """GET /api/v2/deals and /deals/archived: deleted ones only where `status` asks for them."""
    chosen = ids(query)
    statuses = _statuses(query)
    pipeline = whole(query, "pipeline_id")
    equal = {name: wanted for name in FILTERS if (wanted := whole(query, name)) is not None}
    shape = Shape(query)

    def matching(identifier: int) -> bool:
        if (chosen is not None and identifier not in chosen) or not company.knows(identifier - 1):
            return False
        story = company.story(identifier - 1)
        if company.is_archived(story) != archived:
            return False
        if pipeline is not None and PIPELINE_IDS[story.pipeline] != pipeline:
            return False
        is_deleted = company.deleted_at(story) is not None
        if statuses is None and not equal:
            return not is_deleted
        shown = render.deal(company, story)
        if any(shown[name] != wanted for name, wanted in equal.items()):
            return False
        return not is_deleted if statuses is None else shown["status"] in statuses

    return listing(company, query, "deals", ORDERS, matching, lambda identifier: shape.deal(company, identifier))


def deal(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /api/v2/deals/{id}: deleted deals answer as long as they are kept."""
    shape = Shape(query)
    with company.lock:
        return Answer(200, {"success": True, "data": shape.deal(company, known(company, identifier))})


def known(company: Company, identifier: int) -> int:
    """The id of a deal that answers; refused with 404 otherwise."""
    if not company.knows(identifier - 1):
        raise not_found("Deal")
    return identifier


def _statuses(query: Mapping[str, str]) -> frozenset[str] | None:
    """The statuses asked for; of those that don't exist none is shown."""
    return frozenset(query["status"].split(",")) & STATUSES if "status" in query else None


class Shape:
    """What a request wants to see of each deal."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.optional = [name for name in query.get("include_fields", "").split(",") if name]
        strange = sorted(set(self.optional) - set(render.OPTIONAL))
        if strange:
            raise invalid(f"include_fields has unknown fields: {', '.join(strange)}")
        self.custom = query["custom_fields"].split(",") if query.get("custom_fields") else None
        if self.custom is not None and len(self.custom) > MOST_CUSTOM:
            raise invalid(f"custom_fields takes up to {MOST_CUSTOM} keys")
        self.labels = query.get("include_option_labels") == "true"

    def deal(self, company: Company, identifier: int) -> dict[str, Any]:
        """A deal in this shape."""
        story = company.story(identifier - 1)
        shown = {**render.deal(company, story), **render.optional(company, story, self.optional)}
        fields = shown["custom_fields"]
        if self.labels:
            fields = {key: LABELLED.get(value) for key, value in fields.items()}
        if self.custom is not None:
            fields = {key: value for key, value in fields.items() if key in self.custom}
        shown["custom_fields"] = fields
        return shown


LABELLED: Final = {number: {"id": number, "label": label} for number, label in DEAL_TYPE_OPTIONS.values()}


def activities(company: Company, query: Mapping[str, str]) -> Answer:
    """GET /api/v2/activities."""
    chosen, deal_id, owner = ids(query), whole(query, "deal_id"), whole(query, "owner_id")
    done = query.get("done")
    if done not in (None, "true", "false"):
        raise invalid("done must be a boolean")

    def show(identifier: int) -> dict[str, Any]:
        found = company.activity(identifier)
        if found is None:
            raise not_found("Activity")
        shown = render.activity(company, *found)
        return {**shown, "attendees": []} if query.get("include_fields") == "attendees" else shown

    def matching(identifier: int) -> bool:
        if chosen is not None and identifier not in chosen:
            return False
        if (deal_id, owner, done) == (None, None, None):
            return True
        shown = show(identifier)
        return (
            (deal_id is None or shown["deal_id"] == deal_id)
            and (owner is None or shown["owner_id"] == owner)
            and (done is None or shown["done"] == (done == "true"))
        )

    return listing(company, query, "activities", (*ORDERS, "due_date"), matching, show)


def activity(company: Company, identifier: int) -> Answer:
    """GET /api/v2/activities/{id}."""
    with company.lock:
        found = company.activity(identifier)
        if found is None:
            raise not_found("Activity")
        return Answer(200, {"success": True, "data": render.activity(company, *found)})


def products(company: Company, query: Mapping[str, str], identifier: int | None = None) -> Answer:
    """GET /api/v2/deals/products of up to 100 deals, or /deals/{id}/products of one; `sort_by` id only."""
    if identifier is not None:
        wanted = {known(company, identifier)}
    elif "deal_ids" in query:
        wanted = ids(query, "deal_ids") or set()
    else:
        raise invalid("deal_ids is required")
    limit, after = page_size(query), whole(query, "cursor") or 0
    with company.lock:
        every = sorted(
            (
                render.product(company, number - 1, part, place, document)
                for number in wanted
                if company.knows(number - 1)
                for part, place, document in company.products(number - 1)
            ),
            key=lambda shown: int(shown["id"]),
        )
    found = [shown for shown in every if shown["id"] > after]
    cursor = str(found[limit - 1]["id"]) if len(found) > limit else None
    return Answer(200, {"success": True, "data": found[:limit], "additional_data": {"next_cursor": cursor}})
