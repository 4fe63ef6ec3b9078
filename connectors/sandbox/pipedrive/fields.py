"""The fields of deals and activities as the account describes them, with their names in v1 and v2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from connectors.sandbox.pipedrive.pages import offset_page, row_page
from connectors.sandbox.pipedrive.render import OPTIONAL
from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY, DEAL_TYPE_OPTIONS, OPENED, naive
from connectors.sandbox.wire import Answer


class Field(NamedTuple):
    """A field; v1 calls some of them otherwise."""

    code: str
    name: str
    of_type: str
    v1_key: str
    v1_type: str
    options: tuple[tuple[int | str, str], ...] = ()
    is_custom: bool = False


def _same(code: str, of_type: str, v1_key: str = "", v1_type: str = "") -> Field:
    return Field(code, code.replace("_", " ").capitalize(), of_type, v1_key or code, v1_type or of_type)


STATUS: Final = (("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("deleted", "Deleted"))
DEAL_FIELDS: Final = (
    _same("id", "int"),
    _same("title", "varchar"),
    _same("owner_id", "user", "user_id"),
    _same("creator_user_id", "user"),
    _same("value", "monetary"),
    _same("person_id", "people"),
    _same("org_id", "org"),
    _same("stage_id", "stage"),
    _same("pipeline_id", "int", v1_type="pipeline"),
    _same("currency", "varchar"),
    Field("status", "Status", "status", "status", "status", STATUS),
    *(_same(code, "date") for code in ("add_time", "update_time", "stage_change_time", "expected_close_date")),
    *(_same(code, "date") for code in ("won_time", "lost_time", "close_time")),
    _same("lost_reason", "varchar_options"),
    _same("probability", "int"),
    _same("visible_to", "visible_to"),
    *(_same(code, "int" if code.endswith(("_count", "_id")) else "varchar") for code in OPTIONAL),
    Field(DEAL_TYPE_KEY, "Deal type", "enum", DEAL_TYPE_KEY, "enum", tuple(DEAL_TYPE_OPTIONS.values()), is_custom=True),
)
ACTIVITY_FIELDS: Final = (
    _same("id", "int"),
    _same("subject", "varchar"),
    _same("type", "varchar"),
    _same("owner_id", "user", "user_id"),
    _same("done", "boolean"),
    _same("due_date", "date"),
    *(_same(code, "time") for code in ("due_time", "duration")),
    *(_same(code, "date") for code in ("add_time", "update_time", "marked_as_done_time")),
    _same("deal_id", "deal"),
    _same("person_id", "people"),
    _same("org_id", "org"),
)


def fields(described: Sequence[Field], query: Mapping[str, str]) -> Answer:
    """GET /api/v2/dealFields or /activityFields."""
    every = [
        {
            "field_name": field.name,
            "field_code": field.code,
            "description": "",
            "field_type": field.of_type,
            "options": [{"id": number, "label": label} for number, label in field.options] or None,
            "subfields": None,
            "is_custom_field": field.is_custom,
            "is_optional_response_field": field.code in OPTIONAL,
        }
        for field in described
    ]
    return row_page(every, query)


def fields_v1(described: Sequence[Field], query: Mapping[str, str]) -> Answer:
    """GET /v1/dealFields or /activityFields."""
    every = [
        {
            "id": 12_000 + number,
            "key": field.v1_key,
            "name": field.name,
            "order_nr": number,
            "field_type": field.v1_type,
            "add_time": naive(OPENED),
            "update_time": naive(OPENED),
            "active_flag": True,
            "edit_flag": field.is_custom,
            "bulk_edit_allowed": True,
            "filtering_allowed": True,
            "sortable_flag": True,
            "mandatory_flag": field.code == "title",
            "options": [{"id": identifier, "label": label} for identifier, label in field.options] or None,
        }
        for number, field in enumerate(described, 1)
    ]
    found, additional = offset_page(query, every)
    return Answer(200, {"success": True, "data": found, "additional_data": additional})
