"""What is kept of each Pipedrive object as a record of the lake, and the times in it.

Pipedrive's lists can't be asked for single fields, so what no verdict needs (notes, subjects, addresses, phone numbers)
is dropped here. Fetching objects isn't this module's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.contract import BadAnswer, Record
from connectors.paths import ABSENT, at_path
from connectors.pipedrive.api import Object

GREATEST_ID = 1 << 58
"""Ids are remembered with a few bits beside them, in 64."""
CUSTOM = re.compile(r"[0-9a-f]{40}")
"""The key of a custom field."""
DEAL_KEYS = (
    "id",
    "title",
    "creator_user_id",
    "owner_id",
    "person_id",
    "value",
    "currency",
    "pipeline_id",
    "stage_id",
    "status",
    "lost_reason",
    "expected_close_date",
    "add_time",
    "update_time",
    "stage_change_time",
    "won_time",
    "lost_time",
    "close_time",
    "archive_time",
    "is_archived",
    "is_deleted",
    "probability",
    "origin",
)
COUNT_KEYS = (
    "products_count",
    "participants_count",
    "email_messages_count",
    "last_incoming_mail_time",
    "last_outgoing_mail_time",
)
"""Given only when they are asked for, at no cost: they tell which deals have to be asked for more."""
_ACTIVITY_KEYS = (
    "id",
    "type",
    "owner_id",
    "deal_id",
    "person_id",
    "due_date",
    "due_time",
    "done",
    "marked_as_done_time",
    "add_time",
    "update_time",
    "is_deleted",
)
_USER_KEYS = ("id", "name", "email", "active_flag", "is_deleted", "role_id", "modified")
_MAIL_KEYS = ("id", "message_time", "add_time", "user_id", "sent_flag", "draft_flag", "deleted_flag")
_PRODUCT_KEYS = ("id", "add_time", "is_enabled")


def deal_record(thing: Object, fields: Sequence[str]) -> Record:
    """A deal with the standard fields and those that the process names, custom ones beside them by their keys."""
    kept = _kept(thing, (*DEAL_KEYS, *COUNT_KEYS, *(name for name in fields if not CUSTOM.fullmatch(name))))
    custom = thing.get("custom_fields") or {}
    kept |= {name: _text(custom[name]) for name in fields if custom.get(name) is not None}
    parts = {name: at_path({**thing, **custom}, name) for name in fields if "." in name}
    kept |= {name: _text(value) for name, value in parts.items() if value is not ABSENT and value is not None}
    return _record(thing, kept, is_deleted=thing.get("is_deleted") is True or thing.get("status") == "deleted")


def activity_record(thing: Object, *, subject: bool = False) -> Record:
    """An activity: what kind, when, done or not, with whom by number, and what it is about only if that is wanted."""
    kept = _kept(thing, (*_ACTIVITY_KEYS, "subject") if subject else _ACTIVITY_KEYS)
    kept["participants"] = [{"person_id": each.get("person_id")} for each in thing.get("participants") or ()]
    return _record(thing, kept, is_deleted=thing.get("is_deleted") is True)


def user_record(thing: Object) -> Record:
    """A user. One who left is no deleted row: deals go on naming them."""
    return Record(_id(thing), _json(_kept(thing, _USER_KEYS)), moment(thing.get("modified")))


def plain_record(thing: Object) -> Record:
    """A pipeline or stage as it is. Deleted ones stay: old deals have been in them."""
    return Record(_id(thing), _json(thing), moment(thing.get("update_time")))


def field_record(thing: Object) -> Record:
    """What a deal field is called, and the labels of its options."""
    kept = _kept(thing, ("field_code", "field_name", "field_type", "is_custom_field"))
    options = thing.get("options")
    listed = [each for each in options if isinstance(each, dict)] if isinstance(options, list) else []
    kept["options"] = [{"id": str(each.get("id")), "label": each.get("label")} for each in listed]
    return Record(str(thing.get("field_code")), _json(kept))


def products_record(deal: int, products: Iterable[Object]) -> Record:
    """The products of one deal in one record, so that one taken off is gone with the next record."""
    return Record(str(deal), _json({"deal_id": deal, "products": [_kept(p, _PRODUCT_KEYS) for p in products]}))


def participants_record(deal: int, entries: Iterable[Object]) -> Record:
    """Who joined and left one deal, in one record."""
    kept = [_kept(entry, ("person_id", "action", "time", "actor_user_id")) for entry in entries]
    return Record(str(deal), _json({"deal_id": deal, "changes": kept}))


def mails_record(deal: int, messages: Iterable[Object]) -> Record:
    """When messages of one deal went or came, in one record: no address, no subject, no word of them."""
    return Record(str(deal), _json({"deal_id": deal, "mails": [_kept(message, _MAIL_KEYS) for message in messages]}))


def moment(text: Any) -> datetime | None:
    """A time of v2 (with Z) or of v1 (no offset: UTC)."""
    if not isinstance(text, str) or not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def number(thing: Object) -> int:
    """The id of an object. Raises BadAnswer when it has none."""
    identity = thing.get("id")
    if not isinstance(identity, int) or isinstance(identity, bool) or identity >= GREATEST_ID:
        raise BadAnswer(f"Pipedrive gave an object with the id {identity!r}, which none of its records can have")
    return identity


def custom_keys(fields: Iterable[str]) -> list[str]:
    """The keys of the custom fields among the wanted ones, or behind paths into them."""
    keys = (name.partition(".")[0] for name in fields)
    return list(dict.fromkeys(key for key in keys if CUSTOM.fullmatch(key)))


def _record(thing: Object, kept: Mapping[str, Any], *, is_deleted: bool) -> Record:
    return Record(_id(thing), _json(kept), moment(thing.get("update_time")), is_deleted)


def _id(thing: Object) -> str:
    return str(number(thing))


def _kept(thing: Object, names: Iterable[str]) -> dict[str, Any]:
    return {name: thing[name] for name in names if name in thing}


def _json(kept: Any) -> str:
    return orjson.dumps(kept).decode()


def _text(value: Any) -> str:
    """A custom field's value in the form that the changelog gives it: money and options are objects in v2."""
    if isinstance(value, Mapping):
        inner = next((value[name] for name in ("value", "id") if value.get(name) is not None), None)
        return "" if inner is None else _text(inner)
    if isinstance(value, list):
        return ",".join(_text(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
