"""The web client's own calls: logging in, and a lead's messages with their tracking values as its page shows them.

A salesperson sees there what mail.tracking.value refuses: labels, without ids. As recorded of version 17.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

import orjson

from connectors.sandbox.odoo.access import DATABASE, Account, Accounts
from connectors.sandbox.odoo.errors import OdooError
from connectors.sandbox.odoo.rpc import failure, result, version_info
from connectors.sandbox.odoo.words import SUBTYPES, Row, moment_text
from connectors.sandbox.odoo.world import Database
from connectors.sandbox.wire import Answer, Request

LOGIN: Final = "/web/session/authenticate"
LOGOUT: Final = "/web/session/destroy"
MESSAGES: Final = "/mail/thread/messages"
INFO: Final = "/web/webclient/version_info"
VERSION: Final = "/web/version"
PAGE: Final = 30
DESCRIPTIONS: Final = {number: text for number, _, _, text in SUBTYPES}


class Sessions:
    """Who is logged in, by cookie."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._open: dict[str, tuple[str, str]] = {}

    def enter(self, request: Request, version: int) -> Account | Answer:
        """Whose page it is, or an answer at once."""
        identifier, asked = params(request)
        if request.path == VERSION:
            info = version_info(version)
            told = {"version": info["server_version"], "version_info": info["server_version_info"]}
            return Answer(200, told, content_type="application/json; charset=utf-8")
        if request.path == INFO:
            return result(identifier, version_info(version))
        if request.path == LOGIN:
            return self._log_in(identifier, asked, version)
        if request.path == LOGOUT:
            self._open.pop(_cookie(request), None)
            return result(identifier, None)
        account = self._accounts.by_login(*self._open.get(_cookie(request), ("", "")))
        if account is None:
            expired = OdooError("odoo.http.SessionExpiredException", "Session expired")
            refused = failure(identifier, expired)
            refused.content["error"] |= {"code": 100, "message": "Odoo Session Expired"}
            return refused
        return account

    def _log_in(self, identifier: Any, asked: dict[str, Any], version: int) -> Answer:
        login, password = str(asked.get("login")), str(asked.get("password"))
        account = self._accounts.by_login(login, password) if asked.get("db") == DATABASE else None
        if account is None:
            return failure(identifier, OdooError("odoo.exceptions.AccessDenied", "Access Denied"))
        cookie = secrets.token_urlsafe(32)
        self._open[cookie] = (login, password)
        user = account.database.tables["res.users"][account.uid]
        info = version_info(version)
        told = {
            "uid": account.uid,
            "is_system": account.is_admin,
            "is_admin": account.is_admin,
            "user_context": {"lang": "en_US", "tz": "Europe/Berlin", "uid": account.uid},
            "db": DATABASE,
            "server_version": info["server_version"],
            "server_version_info": info["server_version_info"],
            "name": user["name"],
            "username": login,
            "partner_id": user["partner_id"],
        }
        answer = result(identifier, told)
        answer.headers["Set-Cookie"] = f"session_id={cookie}; HttpOnly; Max-Age=604800; Path=/"
        return answer


def params(request: Request) -> tuple[Any, dict[str, Any]]:
    """(id, arguments) of a call of the web client."""
    try:
        body = orjson.loads(request.body or b"{}")
        return body.get("id"), dict(body.get("params") or {})
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
        return None, {}


def messages(account: Account, request: Request) -> Answer:
    """POST /mail/thread/messages: newest first, before or after an id."""
    identifier, asked = params(request)
    database = account.database
    thread = asked.get("thread_id")
    if asked.get("thread_model") != "crm.lead" or not isinstance(thread, int):
        return failure(identifier, OdooError("builtins.KeyError", str(asked.get("thread_model"))))
    before, after = asked.get("before"), asked.get("after")
    found = database.messages_of(thread)
    found = [m for m in found if (before is None or _id(m) < before) and (after is None or _id(m) > after)]
    found.sort(key=_id, reverse=True)
    shown = [_message(database, message) for message in found[: int(asked.get("limit") or PAGE)]]
    return result(identifier, {"messages": shown})


def _id(row: Row) -> int:
    return int(str(row["id"]))


def _cookie(request: Request) -> str:
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == "session_id"), "")


def _message(database: Database, row: Row) -> dict[str, Any]:
    author = database.record("res.partner", int(str(row["author_id"]))) if row["author_id"] else None
    users = author["user_ids"] if author else []
    name = database.label("crm.lead", int(str(row["res_id"])))
    subtype = int(str(row["subtype_id"]))
    shown: dict[str, Any] = {
        "id": row["id"],
        "body": row["body"],
        "date": moment_text(int(str(row["date"]))),
        "email_from": row["email_from"] or (f'"{author["name"]}" <{author["email"]}>' if author else False),
        "message_type": row["message_type"],
        "subtype_id": [subtype, database.label("mail.message.subtype", subtype)],
        "subject": row["subject"] or False,
        "model": row["model"],
        "res_id": row["res_id"],
        "record_name": name,
        "starred_partner_ids": [],
        "author": False,
        "default_subject": name,
        "notifications": [],
        "attachments": [],
        "trackingValues": [_tracking(database, one) for one in _list(row["tracking_value_ids"])],
        "linkPreviews": [],
        "reactions": [],
        "pinned_at": False,
        "create_date": moment_text(int(str(row["create_date"]))),
        "write_date": moment_text(int(str(row["write_date"]))),
        "needaction_partner_ids": [],
        "history_partner_ids": [],
        "is_note": row["subtype_id"] == 2,
        "is_discussion": row["subtype_id"] == 1,
        "subtype_description": DESCRIPTIONS.get(subtype) or False,
        "recipients": [],
        "scheduledDatetime": False,
        "module_icon": "/crm/static/description/icon.png",
        "sms_ids": [],
    }
    if author:
        user = {"id": _list(users)[0], "isInternalUser": True} if users else False
        shown["author"] = {"id": author["id"], "name": author["name"], "is_company": False, "user": user}
        shown["author"]["type"] = "partner"
    return shown


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _tracking(database: Database, identifier: int) -> dict[str, Any]:
    row = database.record("mail.tracking.value", identifier) or {}
    field = database.tables["ir.model.fields"][int(str(row["field_id"]))]
    sides = {}
    for side in ("new", "old"):
        value: Any = row[f"{side}_value_char"] or ""
        if field["ttype"] == "monetary":
            value = row[f"{side}_value_float"] or row[f"{side}_value_monetary"]
        elif field["ttype"] == "boolean":
            value = bool(row[f"{side}_value_integer"])
        sides[f"{side}Value"] = {"currencyId": row["currency_id"] or False, "value": value}
    return {
        "changedField": field["field_description"],
        "id": identifier,
        "fieldName": field["name"],
        "fieldType": field["ttype"],
        **sides,
    }
