"""POST /jsonrpc, versions 14 to 21: everything is HTTP 200, refusals stand in the body."""

from __future__ import annotations

from typing import Any, Final

import orjson

from connectors.sandbox.odoo.access import DATABASE, Account, Accounts
from connectors.sandbox.odoo.errors import OdooError, wrong_password
from connectors.sandbox.odoo.query import METHODS, POSITIONAL
from connectors.sandbox.wire import Answer, Request

PATH: Final = "/jsonrpc"


def enter(accounts: Accounts, request: Request, version: int) -> Account | Answer:
    """Whose call it is, or the answer to what anybody may ask."""
    identifier, service, method, args = question(request)
    if service == "common" and method in ("version", "about"):
        return result(identifier, version_info(version))
    if service == "db":
        return result(identifier, [DATABASE] if method == "list" else None)
    if args and args[0] != DATABASE:
        words = f'connection to server at "db" failed: FATAL:  database "{args[0]}" does not exist\n'
        return failure(identifier, OdooError("psycopg2.OperationalError", words))
    if service == "common" and method in ("authenticate", "login"):
        login = [str(arg) for arg in args[1:3]]
        account = accounts.by_login(*login) if len(login) == 2 else None
        return result(identifier, value=False) if account is None else account
    if service != "object" or method not in ("execute_kw", "execute") or len(args) < 5:
        return failure(identifier, OdooError("builtins.KeyError", f"{service}.{method}"))
    called = accounts.by_uid(args[1], str(args[2]))
    return failure(identifier, wrong_password()) if called is None else called


def respond(account: Account, request: Request) -> Answer:
    """The answer to a call of a known user."""
    identifier, service, method, args = question(request)
    if service == "common":
        return result(identifier, account.uid)
    model, name, given = str(args[3]), str(args[4]), args[5:]
    positional, named = (list(given), {}) if method == "execute" else _both(given)
    query = account.query()
    try:
        if not query.exists(model):
            raise OdooError("odoo.exceptions.UserError", f"Object {model} doesn't exist")
        if name not in METHODS:
            raise OdooError("builtins.AttributeError", f"The method '{model}.{name}' does not exist")
        return result(identifier, query.call(model, name, _by_name(name, positional) | named))
    except OdooError as error:
        return failure(identifier, error)


def question(request: Request) -> tuple[Any, str, str, list[Any]]:
    """(id, service, method, arguments) of a call; empty where it is none."""
    try:
        body = orjson.loads(request.body or b"{}")
        asked = body.get("params") or {}
        return body.get("id"), str(asked.get("service")), str(asked.get("method")), list(asked.get("args") or [])
    except (orjson.JSONDecodeError, AttributeError, TypeError):
        return None, "", "", []


def result(identifier: Any, value: Any) -> Answer:
    """What a call returns."""
    return _json({"jsonrpc": "2.0", "id": identifier, "result": value})


def failure(identifier: Any, error: OdooError) -> Answer:
    """An exception, with status 200."""
    wrapped = {"code": 200, "message": "Odoo Server Error", "data": error.data()}
    return _json({"jsonrpc": "2.0", "id": identifier, "error": wrapped})


def version_info(version: int) -> dict[str, Any]:
    """What the server says of itself."""
    return {
        "server_version": f"{version}.0",
        "server_version_info": [version, 0, 0, "final", 0, ""],
        "server_serie": f"{version}.0",
        "protocol_version": 1,
    }


def _json(content: dict[str, Any]) -> Answer:
    return Answer(200, content, content_type="application/json; charset=utf-8")


def _both(given: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    return list(given[0]) if given else [], dict(given[1]) if len(given) > 1 else {}


def _by_name(method: str, positional: list[Any]) -> dict[str, Any]:
    names = POSITIONAL[method]
    if method == "has_group" and len(positional) > 1:
        positional = positional[1:]
    return dict(zip(names, positional, strict=False))
