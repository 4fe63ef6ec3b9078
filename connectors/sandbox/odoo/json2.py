"""POST /json/2/<model>/<method>, from version 19 on: a bearer key, arguments by name, real HTTP statuses."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import orjson

from connectors.sandbox.odoo.access import Account, Accounts
from connectors.sandbox.odoo.errors import OdooError, bad_key, page_not_found
from connectors.sandbox.odoo.query import METHODS
from connectors.sandbox.wire import Answer, RefusedError, Request

PATH: Final = re.compile(r"/json/2/([\w.]+)/(\w+)")


def enter(accounts: Accounts, request: Request) -> Account:
    """Whose key it is. Raises RefusedError."""
    account = accounts.by_key(request.headers.get("authorization", "").removeprefix("Bearer ").strip())
    if account is None:
        raise bad_key()
    return account


def respond(account: Account, request: Request) -> Answer:
    """The answer to a call of a known user. Raises RefusedError."""
    found = PATH.fullmatch(request.path)
    if found is None or request.method != "POST":
        raise page_not_found()
    model, method = found.groups()
    query = account.query()
    try:
        if not query.exists(model):
            raise OdooError("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist", 404)
        if method not in METHODS:
            raise OdooError("werkzeug.exceptions.NotFound", f"The method '{model}.{method}' does not exist", 404)
        named = _named(request.body)
        try:
            inspect.signature(METHODS[method]).bind(query, model, **named)
        except TypeError as error:
            raise OdooError("werkzeug.exceptions.UnprocessableEntity", str(error), 422) from error
        return Answer(200, query.call(model, method, named), content_type="application/json; charset=utf-8")
    except OdooError as error:
        raise RefusedError(error.answer()) from error


def _named(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise OdooError("werkzeug.exceptions.BadRequest", f"could not parse the body as json: {error}", 400) from error
    if not isinstance(value, dict):
        raise OdooError("werkzeug.exceptions.UnprocessableEntity", "the body must be a json object", 422)
    return value
