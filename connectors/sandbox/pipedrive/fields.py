"""The fields of a deal as the account describes them, with their names in v1 and v2. Only the list."""

from __future__ import annotations

from typing import Final, NamedTuple

from connectors.sandbox.pipedrive.render import OPTIONAL
from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY, DEAL_TYPE_OPTIONS


class Field(NamedTuple):
    """A field of a deal; v1 calls some of them otherwise."""

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
FIELDS: Final = (
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
