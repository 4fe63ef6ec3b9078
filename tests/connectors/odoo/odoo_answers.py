"""What an Odoo answers with: its models' fields, its failures, and which rows a domain lets through.

The server itself is fake_odoo.py.
"""

from __future__ import annotations

from collections.abc import Mapping

LOGIN, KEY = "anna@example.test", "canary-key-0123456789abcdef"


class RefusalError(Exception):
    def __init__(self, status: int, name: str, words: str) -> None:
        super().__init__(words)
        self.status, self.name, self.words = status, name, words


def failure(name: str, words: str) -> Mapping:
    return {"name": name, "message": words, "arguments": [words], "context": {}, "debug": f"Traceback with {KEY}"}


def rpc_error(name: str, words: str) -> Mapping:
    return {"code": 200, "message": "Odoo Server Error", "data": failure(name, words)}


def passes(row, name, operator, value):
    held = row.get(name, False)
    if isinstance(held, list) and held and name.endswith("_id"):
        held = held[0]
    match operator:
        case "=":
            return held == value
        case "!=":
            return held != value
        case "in":
            return held in value
        case ">":
            return held > value
        case ">=":
            return held >= value
        case "<":
            return held < value
    raise AssertionError(operator)


FIELDS = {
    "crm.lead": (
        "name", "type", "active", "stage_id", "team_id", "user_id", "partner_id", "company_currency",
        "expected_revenue", "probability", "date_deadline", "date_closed", "date_last_stage_update", "create_date",
        "create_uid", "write_date", "lost_reason_id",
    ),
    "crm.stage": ("name", "sequence", "is_won", "fold", "team_id", "write_date"),
    "crm.team": ("name", "active", "user_id", "write_date"),
    "res.users": ("name", "login", "email", "active", "share", "partner_id", "sale_team_id", "write_date"),
    "mail.activity.type": ("name", "category", "icon", "active", "write_date"),
    "crm.lost.reason": ("name", "active", "write_date"),
    "ir.model.fields": ("name", "model", "write_date"),
    "mail.tracking.value": (
        "field_id", "old_value_integer", "new_value_integer", "old_value_char", "new_value_char", "old_value_float",
        "new_value_float", "old_value_datetime", "new_value_datetime", "currency_id", "mail_message_id", "create_date",
    ),
    "mail.message": (
        "model", "res_id", "date", "author_id", "message_type", "mail_activity_type_id", "subtype_id", "create_date",
        "write_date",
    ),
    "mail.activity": (
        "res_model", "res_id", "activity_type_id", "date_deadline", "user_id", "state", "create_date", "write_date",
    ),
    "sale.order": ("opportunity_id", "state", "date_order", "create_date", "write_date"),
}  # fmt: skip
