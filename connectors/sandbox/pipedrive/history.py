"""What v1 tells of one deal: its changelog, who takes part, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.sandbox.model import Actor
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.deals import known
from connectors.sandbox.pipedrive.errors import invalid
from connectors.sandbox.pipedrive.life import Change, shown_changes
from connectors.sandbox.pipedrive.pages import check_age, decode, encode, give, offset_page, page_size
from connectors.sandbox.pipedrive.words import SOURCES, machine, naive, thing_id, user_id
from connectors.sandbox.wire import Answer

BY_MACHINES: Final[frozenset[Actor]] = frozenset(("integration", "import", "workflow"))


def rows(company: Company, identifier: int) -> list[Change]:
    """The changelog of a deal, newest first."""
    story = company.story(known(company, identifier) - 1)
    return shown_changes(story, company.life(story))[::-1]


def changelog(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /v1/deals/{id}/changelog: the cursor names the last row shown, counted from the oldest."""
    limit = page_size(query)
    with company.lock:
        every = rows(company, identifier)
        start = len(every) - _row(query["cursor"]) + 1 if query.get("cursor") else 0
        if query.get("cursor"):
            check_age(company, query["cursor"])
        found = every[start : start + limit]
        left = len(every) - start - len(found)
        cursor = give(company, query, encode(f"id:{left + 1}".encode())) if left > 0 else None
        data = [
            {
                "field_key": row.field_key,
                "old_value": row.old,
                "new_value": row.new,
                "actor_user_id": actor_of(company, identifier, row),
                "time": naive(row.at),
                "change_source": SOURCES[row.actor][0],
                "change_source_user_agent": SOURCES[row.actor][1],
                "is_bulk_update_flag": row.actor == "import",
            }
            for row in found
        ]
    return Answer(200, {"success": True, "data": data, "additional_data": {"next_cursor": cursor}})


def _row(cursor: str) -> int:
    name, _, number = decode(cursor).partition(b":")
    if name != b"id" or not number.isdigit():
        raise invalid("Invalid cursor")
    return int(number)


def actor_of(company: Company, identifier: int, row: Change) -> int:
    """The user who made a change; what machines do is done with the token of one user."""
    if row.actor in BY_MACHINES:
        return machine(company.crew)
    return user_id(company.crew.everybody[company.story(identifier - 1).author])


def participants(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /v1/deals/{id}/participants: everybody on a deal, the main person among them."""
    known(company, identifier)
    with company.lock:
        every = [
            _participant(company, identifier, thing_id(part, place), since)
            for part, place, since in company.participants(identifier - 1)
        ]
    found, additional = offset_page(query, every)
    return Answer(200, {"success": True, "data": found, "additional_data": additional})


def _participant(company: Company, identifier: int, person: int, since: int) -> dict[str, Any]:
    owner = user_id(company.crew.everybody[company.story(identifier - 1).author])
    name, mail = f"Person {person}", [{"label": "work", "value": f"person.{person}@example.com", "primary": True}]
    about = {"name": name, "email": mail, "phone": [], "active_flag": True, "company_id": 1}
    return {
        "id": person,
        "person_id": {**about, "owner_id": owner, "value": person},
        "person": {**about, "id": person, "add_time": naive(since), "label_ids": []},
        "add_time": naive(since),
        "active_flag": True,
        "related_item_type": "deal",
        "related_item_id": identifier,
        "related_item_data": {"deal_id": identifier, "title": f"Deal {identifier}"},
        "added_by_user_id": {"id": owner, "value": owner},
    }


def participants_changelog(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /v1/deals/{id}/participantsChangelog, newest first."""
    known(company, identifier)
    limit = page_size(query)
    with company.lock:
        owner = user_id(company.crew.everybody[company.story(identifier - 1).author])
        every = [
            {"actor_user_id": owner, "person_id": thing_id(part, place), "action": "added", "time": naive(since)}
            for part, place, since in company.participants(identifier - 1)
        ][::-1]
    start = _row(query["cursor"]) if query.get("cursor") else 0
    more = start + limit < len(every)
    cursor = encode(f"id:{start + limit}".encode()) if more else None
    found = every[start : start + limit]
    return Answer(200, {"success": True, "data": found, "additional_data": {"next_cursor": cursor}})
