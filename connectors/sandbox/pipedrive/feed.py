"""What v1 lists of one deal page by page: its mail, and the mixed feed of changes, activities and mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.model import Activity, Story
from connectors.sandbox.pipedrive import render
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.deals import known
from connectors.sandbox.pipedrive.history import actor_of, rows
from connectors.sandbox.pipedrive.life import Change
from connectors.sandbox.pipedrive.pages import offset_page
from connectors.sandbox.pipedrive.words import SOURCES, naive, rfc3339, thing_id, user_id
from connectors.sandbox.wire import Answer

Thing = dict[str, Any]


def flow(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /v1/deals/{id}/flow: newest first."""
    with company.lock:
        changes = rows(company, identifier)
        feed = [
            (row.at, _entry("dealChange", row.at, _change(company, identifier, row, len(changes) - number)))
            for number, row in enumerate(changes)
        ]
        for part in company.parts(identifier - 1):
            story = company.story(part)
            for place, item in company.activities(story):
                shown = _activity(render.activity(company, story, place, item))
                feed.append((item.recorded, _entry("activity", item.recorded, shown)))
        for story, place, item in company.mails(identifier - 1):
            shown = _mail(company, story, place, item)
            feed.append((item.recorded, _entry("mailMessage", item.recorded, shown)))
    feed.sort(key=lambda entry: -entry[0])
    found, additional = offset_page(query, [entry for _, entry in feed])
    return Answer(200, {"success": True, "data": found, "additional_data": additional, "related_objects": {}})


def mails(company: Company, identifier: int, query: Mapping[str, str]) -> Answer:
    """GET /v1/deals/{id}/mailMessages: newest first."""
    known(company, identifier)
    with company.lock:
        feed = [
            (item.recorded, _entry("mailMessage", item.recorded, _mail(company, story, place, item)))
            for story, place, item in company.mails(identifier - 1)
        ]
    feed.sort(key=lambda entry: -entry[0])
    found, additional = offset_page(query, [entry for _, entry in feed])
    return Answer(200, {"success": True, "data": found, "additional_data": additional})


def _entry(kind: str, at: int, data: Thing) -> Thing:
    return {"object": kind, "timestamp": naive(at), "data": data}


def _change(company: Company, identifier: int, row: Change, number: int) -> Thing:
    return {
        "id": identifier * 10_000 + number,
        "item_id": identifier,
        "user_id": actor_of(company, identifier, row),
        "field_key": row.field_key,
        "old_value": row.old,
        "new_value": row.new,
        "is_bulk_update_flag": None,
        "log_time": naive(row.at),
        "change_source": SOURCES[row.actor][0],
        "change_source_user_agent": SOURCES[row.actor][1],
        "additional_data": [],
    }


def _activity(shown: Thing) -> Thing:
    """An activity of v2 in v1's words."""
    same = ("id", "type", "subject", "done", "due_date", "duration", "deal_id", "person_id", "org_id")
    done = shown["marked_as_done_time"]
    return {
        **{name: shown[name] for name in same},
        "company_id": 1,
        "user_id": shown["owner_id"],
        "created_by_user_id": shown["creator_user_id"],
        "due_time": shown["due_time"][:5],
        "busy_flag": shown["busy"],
        "active_flag": not shown["is_deleted"],
        "add_time": shown["add_time"].replace("T", " ").removesuffix("Z"),
        "update_time": shown["update_time"].replace("T", " ").removesuffix("Z"),
        "marked_as_done_time": done.replace("T", " ").removesuffix("Z") if done else "",
        "participants": [
            {"person_id": person["person_id"], "primary_flag": person["primary"]} for person in shown["participants"]
        ],
    }


def _mail(company: Company, story: Story, place: int, item: Activity) -> Thing:
    owner = company.crew.everybody[item.owner]
    ours = _party(owner.number + 1, f"{owner.first} {owner.last}", owner.email, None)
    person = thing_id(story.index, 0)
    theirs = _party(person, f"Person {person}", f"person.{person}@example.com", person)
    sent = 0 if render.is_incoming(item) else 1
    identifier = thing_id(story.index, place)
    at, added = (rfc3339(ms).replace("Z", ".000Z") for ms in (item.at, item.recorded))
    no = ("draft_flag", "deleted_flag", "sent_from_pipedrive_flag", "smart_bcc_flag", "mail_link_tracking_enabled_flag",
          "has_attachments_flag", "has_inline_attachments_flag", "has_real_attachments_flag")  # fmt: skip
    return {
        "id": identifier,
        "from": [ours if sent else theirs],
        "to": [theirs if sent else ours],
        "cc": [],
        "bcc": [],
        "body_url": f"https://example.com/mail/{identifier}",
        "account_id": "1",
        "user_id": user_id(owner),
        "mail_thread_id": story.index + 1,
        "subject": "Re: offer",
        "snippet": "",
        "mail_tracking_status": None,
        "read_flag": 1,
        "draft": "",
        "synced_flag": 1,
        "has_body_flag": 1,
        "sent_flag": sent,
        **dict.fromkeys(no, 0),
        "external_deleted_flag": False,
        "message_time": at,
        "add_time": added,
        "update_time": added,
        "item_type": "mailMessage",
        "company_id": 1,
    }


def _party(identifier: int, name: str, address: str, person: int | None) -> Thing:
    linked = {} if person is None else {"linked_person_id": person, "linked_person_name": name}
    return {"id": identifier, "email_address": address, "name": name, "mail_message_party_id": identifier, **linked}
