"""The rows that no deal brings: stages, teams, users, kinds of activities and messages, fields, modules.

Deals' rows are `render`'s and `world`'s.
"""

from __future__ import annotations

from typing import Final

from connectors.sandbox.odoo import schema
from connectors.sandbox.odoo.words import (
    ACTIVITY_TYPES,
    ADMIN,
    ADMIN_LOGIN,
    BOT,
    COMPANIES,
    CURRENCIES,
    FIRST_SELLER,
    INTEGRATION,
    OPENED,
    PARTNER_OFFSET,
    REASONS,
    RENEWALS_TEAM,
    STAGES,
    SUBTYPES,
    TEAM_IDS,
    Row,
)
from connectors.sandbox.people import Crew
from connectors.sandbox.stock import RENEWALS_PIPELINE

Table = dict[int, Row]
FIRST_FIELD: Final = 3400
SYMBOLS: Final = {"USD": "$", "EUR": "€", "GBP": "£"}


def tables(crew: Crew, version: int) -> dict[str, Table]:
    """Every model whose rows don't depend on deals."""
    made: dict[str, list[Row]] = {
        "crm.stage": _stages(),
        "crm.team": _teams(crew),
        "crm.lost.reason": [{"id": n, "name": name, "active": True} for n, name in enumerate(REASONS, 1)],
        "res.users": _users(crew),
        "res.partner": _partners(crew),
        "res.company": [
            {"id": number, "name": f"My Company ({code})", "currency_id": CURRENCIES[code]}
            for code, number in COMPANIES.items()
        ],
        "res.currency": [
            {"id": number, "name": code, "symbol": SYMBOLS[code], "active": True, "decimal_places": 2}
            for code, number in CURRENCIES.items()
        ],
        "mail.message.subtype": [
            {"id": number, "name": name, "res_model": model or None, "description": text or None}
            for number, name, model, text in SUBTYPES
        ],
        "mail.activity.type": [
            {"id": number, "name": name, "category": category, "icon": icon, "res_model": None, "active": True}
            for number, name, category, icon in ACTIVITY_TYPES
        ],
        "ir.model.fields": _fields(version),
        "ir.module.module": [
            {"id": number, "name": name, "state": "installed", "shortdesc": label, "latest_version": f"{version}.0.1.8"}
            for number, (name, label) in enumerate((("base", "Base"), ("mail", "Discuss"), ("crm", "CRM")), 1)
        ],
    }
    made["ir.module.module"].append(
        {"id": 4, "name": "sale_crm", "state": "installed", "shortdesc": "Opportunity to Quotation"}
    )
    stamps: Row = {"create_date": OPENED, "create_uid": BOT, "write_date": OPENED, "write_uid": BOT}
    return {model: {int(str(row["id"])): stamps | row for row in rows} for model, rows in made.items()}


def _stages() -> list[Row]:
    return [
        {
            "id": stage.id,
            "name": stage.name,
            "sequence": 70 if stage.is_won else stage.id,
            "is_won": stage.is_won,
            "fold": False,
            "requirements": None,
            "team_id": RENEWALS_TEAM if stage.pipeline == RENEWALS_PIPELINE else None,
            "team_ids": [RENEWALS_TEAM] if stage.pipeline == RENEWALS_PIPELINE else [],
            "rotting_threshold_days": 0,
        }
        for stage in STAGES
    ]


def _teams(crew: Crew) -> list[Row]:
    named = [*((team_id, name) for name, team_id in TEAM_IDS.items()), (RENEWALS_TEAM, "Renewals")]
    return [
        {
            "id": team_id,
            "name": name,
            "active": True,
            "sequence": 10,
            "user_id": ADMIN,
            "use_leads": False,
            "use_opportunities": True,
            "member_ids": [FIRST_SELLER + p.number for p in crew.everybody if p.team == name and not p.left],
            "company_id": None,
        }
        for team_id, name in named
    ]


def _users(crew: Crew) -> list[Row]:
    people: list[tuple[int, str, str, str, bool, int | None]] = [
        (BOT, "OdooBot", "__system__", "odoobot@example.com", False, None),
        (ADMIN, "Administrator", ADMIN_LOGIN, "admin@example.com", True, None),
        (INTEGRATION, "Integration", "integration", "integration@example.com", True, None),
    ]
    people += [
        (FIRST_SELLER + p.number, f"{p.first} {p.last}", p.email, p.email, not p.left, TEAM_IDS[p.team])
        for p in crew.everybody
    ]
    return [
        {
            "id": uid,
            "name": name,
            "login": login,
            "email": email,
            "active": active,
            "share": False,
            "partner_id": uid + PARTNER_OFFSET,
            "company_id": 1,
            "sale_team_id": team,
            "tz": "Europe/Berlin",
        }
        for uid, name, login, email, active, team in people
    ]


def _partners(crew: Crew) -> list[Row]:
    return [
        {
            "id": user["partner_id"],
            "name": user["name"],
            "email": user["email"],
            "active": user["active"],
            "is_company": False,
            "user_ids": [user["id"]],
        }
        for user in _users(crew)
    ]


def _fields(version: int) -> list[Row]:
    rows: list[Row] = []
    for model in schema.MODELS:
        for name, field in schema.fields(model, version).items():
            is_tracked = model == "crm.lead" and name in schema.TRACKED
            rows.append(
                {
                    "id": FIRST_FIELD + len(rows),
                    "name": name,
                    "model": model,
                    "field_description": field.string,
                    "ttype": field.type,
                    "relation": field.relation or None,
                    "store": field.store,
                    "tracking": 100 if is_tracked else 0,
                }
            )
    return rows
