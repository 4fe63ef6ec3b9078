"""What is read of Odoo: its models, their fields, and the streams that they make.

Here belong names. How a stream is read is reader.py's and tracking.py's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from connectors.contract import Stream

Domain = list[Any]

LEADS = "leads"
TRACKING = "tracking_values"
MESSAGES = "messages"

OF_LEADS: Domain = [["model", "=", "crm.lead"]]


@dataclass(frozen=True, slots=True)
class Model:
    """One model as a stream. `optional` fields came or went with a version, so that their absence is no remark.

    `since` is the field that increments go by; without it the (short) list is read whole each pass. `archived`:
    also what is archived, which Odoo hides unless it is asked.
    """

    stream: str
    model: str
    fields: tuple[str, ...]
    optional: tuple[str, ...] = ()
    domain: Domain = field(default_factory=list)
    archived: bool = False
    since: str | None = None
    essential: bool = False
    covers: tuple[str, ...] = ()
    may_fall: bool = False

    @property
    def wanted(self) -> tuple[str, ...]:
        """All fields to ask for, each once."""
        return tuple(dict.fromkeys(("id", *self.fields, *self.optional)))

    @property
    def context(self) -> dict[str, Any]:
        """The context of every question about the model."""
        return {"active_test": False} if self.archived else {}


LEAD_FIELDS = (
    "name",
    "type",
    "active",
    "stage_id",
    "team_id",
    "user_id",
    "partner_id",
    "company_currency",
    "expected_revenue",
    "probability",
    "date_deadline",
    "date_closed",
    "date_last_stage_update",
    "create_date",
    "create_uid",
    "write_date",
)
LOST_REASONS = frozenset({"lost_reason_id", "lost_reason"})
"""One field's names in younger and older versions."""
TRACKED_FIELDS = (
    "stage_id",
    "active",
    "expected_revenue",
    "user_id",
    "team_id",
    "type",
    "lost_reason_id",
    "lost_reason",
    "partner_id",
)
"""Whose history is read. Odoo tracks them unless somebody switched it off; close date and probability it never does."""

# Only what proves a step is asked for: no body, no address of a buyer, and a subject only where the process asks for
# words in it (people's data stays at home).
_SUBJECTS = {MESSAGES: "subject", "activities": "summary"}
_TRACKING = Model(
    TRACKING,
    "mail.tracking.value",
    (
        "old_value_integer",
        "new_value_integer",
        "old_value_char",
        "new_value_char",
        "old_value_float",
        "new_value_float",
        "old_value_datetime",
        "new_value_datetime",
        "mail_message_id",
        "create_date",
    ),
    # Monetary values had columns of their own up to 16, and the field another name.
    optional=("field_id", "field", "currency_id", "old_value_monetary", "new_value_monetary", "new_value_text"),
    since="create_date",
)
_LISTS = (
    Model(
        "stages",
        "crm.stage",
        ("name", "sequence", "is_won", "fold", "write_date"),
        optional=("team_id", "team_ids"),
        essential=True,
        covers=("stages",),
    ),
    Model("teams", "crm.team", ("name", "active", "user_id", "write_date"), archived=True),
    Model(
        "users",
        "res.users",
        ("name", "login", "email", "active", "partner_id", "write_date"),
        optional=("sale_team_id",),
        domain=[["share", "=", False]],
        archived=True,
        essential=True,
        covers=("owners",),
    ),
    Model("activity_types", "mail.activity.type", ("name", "category", "icon"), archived=True),
    Model("lost_reasons", "crm.lost.reason", ("name", "active"), archived=True),
)
_EVIDENCE = (
    Model(
        MESSAGES,
        "mail.message",
        (
            "res_id",
            "date",
            "author_id",
            "message_type",
            "subtype_id",
            "mail_activity_type_id",
            "create_date",
            "write_date",
        ),
        domain=OF_LEADS,
        since="write_date",
        covers=("activities",),
    ),
    Model(
        "activities",
        "mail.activity",
        ("res_id", "activity_type_id", "date_deadline", "user_id", "create_date", "write_date"),
        optional=("active", "state", "date_done"),
        domain=[["res_model", "=", "crm.lead"]],
        archived=True,
        since="write_date",
        covers=("activities",),
        may_fall=True,
    ),
    Model(
        "orders",
        "sale.order",
        ("opportunity_id", "state", "date_order", "create_date", "write_date"),
        domain=[["opportunity_id", "!=", False]],
        since="write_date",
        covers=("documents",),
    ),
)


def catalogue(more_fields: tuple[str, ...] = (), *, subjects: bool = False) -> dict[str, Model]:
    """The models of a connection by the stream's name, deals first; `more_fields` are a lead's beyond the standard.

    `subjects`: also what messages and activities are about.
    """
    leads = Model(
        LEADS,
        "crm.lead",
        tuple(dict.fromkeys((*LEAD_FIELDS, *more_fields))),
        optional=(*sorted(LOST_REASONS), "won_status"),
        domain=[["type", "=", "opportunity"]],
        archived=True,
        since="write_date",
        essential=True,
        # Where the tracking may not be read, the versions of the leads are the history (from the first sync on).
        covers=("deals", "stage_changes", "field_changes", "contacts"),
    )
    evidence = tuple(_with_subject(model) for model in _EVIDENCE) if subjects else _EVIDENCE
    return {model.stream: model for model in (leads, *_LISTS, _TRACKING, *evidence)}


def _with_subject(model: Model) -> Model:
    subject = _SUBJECTS.get(model.stream)
    return model if subject is None else replace(model, fields=(*model.fields, subject))


def stream_of(model: Model, tracked: tuple[str, ...], lacking: frozenset[str] = frozenset()) -> Stream:
    """The contract's stream, without fields that are not there; of the tracking, also those whose history is read."""
    fields = tuple(name for name in model.wanted if name not in lacking)
    if model.stream == TRACKING:
        fields = (*fields, *(f"history:{name}" for name in tracked))
    return Stream(
        model.stream,
        f"odoo/{model.stream}",
        essential=model.essential,
        covers=model.covers,
        fields=fields,
        may_fall=model.may_fall,
    )
