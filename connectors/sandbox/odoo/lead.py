"""How Odoo creates and writes a lead: what follows from a value, and which changes it keeps as tracking values.

Knows nothing of stories. The quirks are Odoo's: a lost lead is archived and stays in its stage, restoring it clears the
reason and leaves the closed date until the next change of stage, and creating it keeps no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.sandbox.odoo import schema
from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.odoo.words import (
    CREATED,
    CURRENCIES,
    FIRST_STAGE,
    LOST_SUBTYPE,
    NOTE,
    PARTNER_OFFSET,
    RESTORED,
    STAGE,
    STAGE_CHANGED,
    WON,
    WON_STATUS,
    Row,
)
from connectors.sandbox.workdays import DAY

Label = Callable[[str, int], str]
"""The label of a record, by model and id."""

REASON: Final = "lost_reason_id"
MONEY_APART_UNTIL: Final = 16
"""The last version that keeps amounts of money in a column of their own."""


@dataclass(slots=True)
class Bundle:
    """A lead and what hangs on it. `lead` None: deleted or merged away; its messages may live on with another lead."""

    lead: Row | None = None
    messages: list[Row] = field(default_factory=list)
    trackings: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)

    def copy(self) -> Bundle:
        """The same rows, to be changed without anybody seeing it."""
        return Bundle(
            None if self.lead is None else dict(self.lead),
            *([dict(row) for row in rows] for rows in (self.messages, self.trackings, self.activities, self.orders)),
        )


class Ids:
    """Gives each model's next id."""

    def __init__(self, start: Mapping[str, int]) -> None:
        self.next = dict(start)

    def take(self, model: str) -> int:
        """The next id of a model."""
        self.next[model] += 1
        return self.next[model]


def created(identifier: int, name: str, values: Mapping[str, Any], at: int, uid: int) -> Row:
    """A new lead."""
    row: Row = dict.fromkeys(schema.MODELS["crm.lead"])
    row |= {"id": identifier, "name": name, "type": "opportunity", "active": True, "priority": "0", "tag_ids": []}
    row |= {"stage_id": FIRST_STAGE["default"], "expected_revenue": 0.0, "recurring_revenue": 0.0, "day_open": 0.0}
    row |= {"create_date": at, "create_uid": uid, "date_open": at, "date_last_stage_update": at, "day_close": 0.0}
    row |= values
    write(row, {name: row[name] for name in ("stage_id", "active")}, at, uid)
    return row


def write(row: Row, values: Mapping[str, Any], at: int, uid: int) -> list[tuple[str, Any, Any]]:
    """Write values and what follows from them; returns (field, old, new) of each tracked change, in Odoo's order."""
    before = dict(row)
    row |= values
    row |= {"write_date": at, "write_uid": uid}
    if values.get("active") and not before["active"]:
        row[REASON] = values.get(REASON)
    row["lost_reason"] = row[REASON]
    stage = STAGE[int(str(row["stage_id"]))]
    if before["stage_id"] != row["stage_id"]:
        row["date_last_stage_update"] = at
        row["date_closed"] = None
    if ("stage_id" in values and stage.is_won) or not values.get("active", True):
        row["date_closed"] = at
    row["won_status"] = "lost" if not row["active"] else "won" if stage.is_won else "pending"
    percent = 0.0 if not row["active"] else stage.probability
    row |= {"probability": percent, "automated_probability": percent}
    row["prorated_revenue"] = round(float(str(row["expected_revenue"])) * percent / 100, 2)
    closed, start = row["date_closed"], row["create_date"]
    row["day_close"] = float((int(str(closed)) - int(str(start))) // DAY) if closed else 0.0
    return [(name, before[name], row[name]) for name in schema.TRACKED if before[name] != row[name]]


def subtype(changes: list[tuple[str, Any, Any]], row: Row) -> int:
    """What the message of a save is about."""
    names = {name for name, _, _ in changes}
    if "active" in names:
        return RESTORED if row["active"] else LOST_SUBTYPE
    if "stage_id" in names:
        return WON if STAGE[int(str(row["stage_id"]))].is_won else STAGE_CHANGED
    return NOTE


class Chatter:
    """Writes messages and tracking values of leads, in one version of Odoo."""

    def __init__(self, version: int, label: Label, field_ids: Mapping[str, int]) -> None:
        self.version, self.label, self.field_ids = version, label, field_ids
        self._lead = schema.fields("crm.lead", version)

    def creation(self, bundle: Bundle, ids: Ids, at: int, uid: int) -> None:
        """The message that says that the lead was created."""
        bundle.messages.append(self.message(bundle, ids, at, at, uid, subtype_id=CREATED))

    def save(self, bundle: Bundle, ids: Ids, values: Mapping[str, Any], at: int, uid: int) -> None:
        """Write values to the lead, with the message and tracking values of what changed."""
        lead = bundle.lead
        if lead is None:
            raise ValueError("a deleted lead can't be written")
        changes = [change for change in write(lead, values, at, uid) if change[0] in self._lead]
        if not changes:
            return
        message = self.message(bundle, ids, at, at, uid, subtype_id=subtype(changes, lead))
        bundle.messages.append(message)
        new = [self._tracking(ids, message, lead, change) for change in changes]
        bundle.trackings.extend(new)
        message["tracking_value_ids"] = [row["id"] for row in reversed(new)]

    def message(self, bundle: Bundle, ids: Ids, date: int, at: int, uid: int, **values: object) -> Row:
        """A message on the lead, dated `date` and entered `at`."""
        lead = bundle.lead or {}
        row: Row = {
            "id": ids.take("mail.message"),
            "model": "crm.lead",
            "res_id": lead.get("id"),
            "record_name": lead.get("name") if self.version < JSON2_SINCE else None,
            "date": date,
            "author_id": uid + PARTNER_OFFSET,
            "email_from": None,
            "subject": None,
            "body": "",
            "message_type": "notification",
            "subtype_id": NOTE,
            "is_internal": False,
            "mail_activity_type_id": None,
            "tracking_value_ids": [],
            "create_date": at,
            "create_uid": uid,
            "write_date": at,
            "write_uid": uid,
        }
        return row | values

    def _tracking(self, ids: Ids, message: Row, lead: Row, change: tuple[str, Any, Any]) -> Row:
        name, old, new = change
        kind = self._lead[name]
        row: Row = {
            "id": ids.take("mail.tracking.value"),
            "name": name,
            "field_id": self.field_ids[name],
            "field": self.field_ids[name],
            "field_desc": kind.string,
            "field_type": kind.type,
            "field_info": None,
            "currency_id": None,
            "mail_message_id": message["id"],
        }
        for stamp in ("create_date", "create_uid", "write_date", "write_uid"):
            row[stamp] = message[stamp]
        for side, value in (("old", old), ("new", new)):
            row |= self._side(side, kind, value)
        if kind.type == "monetary":
            row["currency_id"] = CURRENCIES[str(lead["currency"])]
        return row

    def _side(self, side: str, kind: schema.Field, value: Any) -> Row:
        number: float = 0.0
        whole, text = 0, None
        if kind.type == "many2one":
            whole, text = value or 0, self.label(kind.relation, value) if value else ""
        elif kind.type == "boolean":
            whole = int(bool(value))
        elif kind.type == "monetary":
            number = float(value or 0)
        else:
            text = WON_STATUS.get(str(value), str(value or ""))
        own_column = self.version <= MONEY_APART_UNTIL
        return {
            f"{side}_value_integer": whole,
            f"{side}_value_char": text,
            f"{side}_value_float": 0.0 if own_column else number,
            f"{side}_value_monetary": number if own_column else 0.0,
            f"{side}_value_text": None,
            f"{side}_value_datetime": None,
        }
