"""Which fields each model has in which version, as `fields_get` tells it."""

from __future__ import annotations

from typing import Final, NamedTuple

FOREVER: Final = 99


class Field(NamedTuple):
    """A field: `since` and `until` are the first and last version that has it."""

    type: str
    string: str
    relation: str = ""
    since: int = 0
    until: int = FOREVER
    store: bool = True
    readonly: bool = False
    required: bool = False


def _stamps() -> dict[str, Field]:
    return {
        "id": Field("integer", "ID", readonly=True),
        "display_name": Field("char", "Display Name", store=False, readonly=True),
        "create_date": Field("datetime", "Created on", readonly=True),
        "create_uid": Field("many2one", "Created by", "res.users", readonly=True),
        "write_date": Field("datetime", "Last Updated on", readonly=True),
        "write_uid": Field("many2one", "Last Updated by", "res.users", readonly=True),
    }


def _tracked(side: str, word: str) -> dict[str, Field]:
    return {
        f"{side}_value_integer": Field("integer", f"{word} Value Integer", readonly=True),
        f"{side}_value_float": Field("float", f"{word} Value Float", readonly=True),
        f"{side}_value_monetary": Field("float", f"{word} Value Monetary", until=16, readonly=True),
        f"{side}_value_char": Field("char", f"{word} Value Char", readonly=True),
        f"{side}_value_text": Field("text", f"{word} Value Text", readonly=True),
        f"{side}_value_datetime": Field("datetime", f"{word} Value Datetime", readonly=True),
    }


MODELS: Final[dict[str, dict[str, Field]]] = {
    "crm.lead": {
        "name": Field("char", "Opportunity", required=True),
        "type": Field("selection", "Type", required=True),
        "active": Field("boolean", "Active"),
        "won_status": Field("selection", "Won/Lost", since=19, readonly=True),
        "stage_id": Field("many2one", "Stage", "crm.stage"),
        "team_id": Field("many2one", "Sales Team", "crm.team"),
        "user_id": Field("many2one", "Salesperson", "res.users"),
        "company_id": Field("many2one", "Company", "res.company"),
        "company_currency": Field("many2one", "Currency", "res.currency", store=False, readonly=True),
        "partner_id": Field("many2one", "Customer", "res.partner"),
        "partner_name": Field("char", "Company Name"),
        "contact_name": Field("char", "Contact Name"),
        "email_from": Field("char", "Email"),
        "description": Field("html", "Notes"),
        "expected_revenue": Field("monetary", "Expected Revenue"),
        "prorated_revenue": Field("monetary", "Prorated Revenue", readonly=True),
        "recurring_revenue": Field("monetary", "Recurring Revenues"),
        "probability": Field("float", "Probability"),
        "automated_probability": Field("float", "Automated Probability", readonly=True),
        "date_deadline": Field("date", "Expected Closing"),
        "date_open": Field("datetime", "Assignment Date", readonly=True),
        "date_closed": Field("datetime", "Closed Date", readonly=True),
        "date_last_stage_update": Field("datetime", "Last Stage Update", readonly=True),
        "date_conversion": Field("datetime", "Conversion Date", readonly=True),
        "day_open": Field("float", "Days to Assign", readonly=True),
        "day_close": Field("float", "Days to Close", readonly=True),
        "lost_reason_id": Field("many2one", "Lost Reason", "crm.lost.reason", since=16),
        "lost_reason": Field("many2one", "Lost Reason", "crm.lost.reason", until=15),
        "priority": Field("selection", "Priority"),
        "tag_ids": Field("many2many", "Tags", "crm.tag"),
        "source_id": Field("many2one", "Source", "utm.source"),
        "x_deal_type": Field("selection", "Deal type"),
    },
    "crm.stage": {
        "name": Field("char", "Stage Name", required=True),
        "sequence": Field("integer", "Sequence"),
        "is_won": Field("boolean", "Is Won Stage?"),
        "fold": Field("boolean", "Folded in Pipeline"),
        "requirements": Field("text", "Requirements"),
        "team_id": Field("many2one", "Sales Team", "crm.team", until=18),
        "team_ids": Field("many2many", "Sales Teams", "crm.team", since=19),
        "rotting_threshold_days": Field("integer", "Days to rot", since=19),
    },
    "crm.team": {
        "name": Field("char", "Sales Team", required=True),
        "active": Field("boolean", "Active"),
        "sequence": Field("integer", "Sequence"),
        "user_id": Field("many2one", "Team Leader", "res.users"),
        "use_leads": Field("boolean", "Leads"),
        "use_opportunities": Field("boolean", "Pipeline"),
        "member_ids": Field("many2many", "Salespersons", "res.users"),
        "company_id": Field("many2one", "Company", "res.company"),
    },
    "crm.lost.reason": {
        "name": Field("char", "Description", required=True),
        "active": Field("boolean", "Active"),
    },
    "res.users": {
        "name": Field("char", "Name", required=True),
        "login": Field("char", "Login", required=True),
        "email": Field("char", "Email"),
        "active": Field("boolean", "Active"),
        "share": Field("boolean", "Share User", readonly=True),
        "partner_id": Field("many2one", "Related Partner", "res.partner", required=True),
        "company_id": Field("many2one", "Company", "res.company", required=True),
        "sale_team_id": Field("many2one", "User Sales Team", "crm.team", readonly=True),
        "tz": Field("selection", "Timezone"),
    },
    "res.partner": {
        "name": Field("char", "Name"),
        "email": Field("char", "Email"),
        "active": Field("boolean", "Active"),
        "is_company": Field("boolean", "Is a Company"),
        "user_ids": Field("one2many", "Users", "res.users"),
    },
    "res.company": {
        "name": Field("char", "Company Name", required=True),
        "currency_id": Field("many2one", "Currency", "res.currency", required=True),
    },
    "res.currency": {
        "name": Field("char", "Currency", required=True),
        "symbol": Field("char", "Symbol", required=True),
        "active": Field("boolean", "Active"),
        "decimal_places": Field("integer", "Decimal Places", readonly=True),
    },
    "mail.message": {
        "model": Field("char", "Related Document Model"),
        "res_id": Field("many2one_reference", "Related Document ID"),
        "record_name": Field("char", "Message Record Name"),
        "date": Field("datetime", "Date"),
        "author_id": Field("many2one", "Author", "res.partner"),
        "email_from": Field("char", "From"),
        "subject": Field("char", "Subject"),
        "body": Field("html", "Contents"),
        "message_type": Field("selection", "Type", required=True),
        "subtype_id": Field("many2one", "Subtype", "mail.message.subtype"),
        "is_internal": Field("boolean", "Employee Only"),
        "mail_activity_type_id": Field("many2one", "Mail Activity Type", "mail.activity.type"),
        "tracking_value_ids": Field("one2many", "Tracking values", "mail.tracking.value"),
    },
    "mail.message.subtype": {
        "name": Field("char", "Message Type", required=True),
        "res_model": Field("char", "Model"),
        "description": Field("text", "Description"),
    },
    "mail.tracking.value": {
        "field_id": Field("many2one", "Field", "ir.model.fields", since=17, readonly=True),
        "field_info": Field("json", "Removed field information", since=17),
        "field": Field("many2one", "Field", "ir.model.fields", until=16, readonly=True),
        "field_desc": Field("char", "Field Description", until=16, readonly=True),
        "field_type": Field("char", "Field Type", until=16),
        **_tracked("old", "Old"),
        **_tracked("new", "New"),
        "currency_id": Field("many2one", "Currency", "res.currency", readonly=True),
        "mail_message_id": Field("many2one", "Message ID", "mail.message", required=True),
    },
    "mail.activity": {
        "res_model": Field("char", "Related Document Model", readonly=True),
        "res_id": Field("many2one_reference", "Related Document ID"),
        "res_name": Field("char", "Document Name", readonly=True),
        "activity_type_id": Field("many2one", "Activity Type", "mail.activity.type"),
        "summary": Field("char", "Summary"),
        "note": Field("html", "Note"),
        "date_deadline": Field("date", "Due Date", required=True),
        "date_done": Field("date", "Done Date", since=17),
        "active": Field("boolean", "Active", since=17),
        "state": Field("selection", "State", store=False, readonly=True),
        "user_id": Field("many2one", "Assigned to", "res.users"),
    },
    "mail.activity.type": {
        "name": Field("char", "Name", required=True),
        "category": Field("selection", "Action"),
        "icon": Field("char", "Icon"),
        "res_model": Field("selection", "Model"),
        "active": Field("boolean", "Active"),
    },
    "sale.order": {
        "name": Field("char", "Order Reference", required=True),
        "state": Field("selection", "Status", readonly=True),
        "opportunity_id": Field("many2one", "Opportunity", "crm.lead"),
        "date_order": Field("datetime", "Order Date", required=True),
        "amount_total": Field("monetary", "Total", readonly=True),
        "currency_id": Field("many2one", "Currency", "res.currency", readonly=True),
        "partner_id": Field("many2one", "Customer", "res.partner", required=True),
        "user_id": Field("many2one", "Salesperson", "res.users"),
        "company_id": Field("many2one", "Company", "res.company", required=True),
    },
    "ir.model.fields": {
        "name": Field("char", "Field Name", required=True),
        "model": Field("char", "Model Name", required=True),
        "field_description": Field("char", "Field Label", required=True),
        "ttype": Field("selection", "Field Type", required=True),
        "relation": Field("char", "Related Model"),
        "store": Field("boolean", "Stored"),
        "tracking": Field("integer", "Enable Ordered Tracking", since=13),
    },
    "ir.module.module": {
        "name": Field("char", "Technical Name", required=True),
        "state": Field("selection", "Status", readonly=True),
        "shortdesc": Field("char", "Module Name", readonly=True),
        "latest_version": Field("char", "Installed Version", readonly=True),
    },
}  # fmt: skip

ORDER: Final = {
    "crm.lead": "priority desc, id desc",
    "crm.stage": "sequence, name, id",
    "crm.team": "sequence, id desc",
    "res.users": "name, login",
    "res.partner": "name, id",
    "mail.message": "id desc",
    "mail.activity": "date_deadline asc, id asc",
    "sale.order": "date_order desc, id desc",
    "ir.module.module": "name",
}

TRACKED: Final = (
    "stage_id", "lost_reason_id", "lost_reason", "active", "won_status", "expected_revenue", "recurring_revenue",
    "user_id", "team_id", "partner_id", "type",
)  # fmt: skip
"""Fields of a lead whose changes are kept, in the order in which one save writes them down."""


def fields(model: str, version: int) -> dict[str, Field]:
    """The model's fields in this version."""
    every = {**_stamps(), **MODELS[model]}
    return {name: field for name, field in every.items() if field.since <= version <= field.until}
