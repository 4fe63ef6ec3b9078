"""How Odoo refuses: an exception with a name, told with a status by JSON-2 and inside a 200 by JSON-RPC.

Which refusal fits is decided elsewhere; the wording is that of the recorded servers.
"""

from __future__ import annotations

from typing import Any, Final

from connectors.sandbox.odoo.knobs import JSON2_SINCE
from connectors.sandbox.wire import Answer, RefusedError

STATUS: Final = {
    "werkzeug.exceptions.Unauthorized": 401,
    "odoo.exceptions.AccessDenied": 403,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.UserError": 422,
    "werkzeug.exceptions.NotFound": 404,
    "werkzeug.exceptions.UnprocessableEntity": 422,
}
DEBUG: Final = (
    'Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/odoo/http.py", line 1788, in '
    "_serve_db\n    return service_model.retrying(self._serve_ir_http, self.env)\n"
)
PAGE_NOT_FOUND: Final = (
    b"<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not "
    b"found on the server. If you entered the URL manually please check your spelling and try again.</p>\n"
)


class OdooError(Exception):
    """An exception that Odoo raises, by its full name."""

    def __init__(self, name: str, message: str, *more: Any) -> None:
        super().__init__(message)
        self.name, self.message, self.more = name, message, more

    def data(self) -> dict[str, Any]:
        """What both protocols tell of it."""
        return {
            "name": self.name,
            "message": self.message,
            "arguments": [self.message, *self.more],
            "context": {},
            "debug": f"{DEBUG}{self.name}: {self.message}\n",
        }

    def answer(self) -> Answer:
        """As JSON-2 tells it."""
        return Answer(STATUS.get(self.name, 500), self.data(), content_type="application/json; charset=utf-8")


def invalid_field(version: int, model: str, field: str) -> OdooError:
    """A field to read that there isn't."""
    of = f"'{model}'" if version >= JSON2_SINCE else f"model '{model}'"
    return OdooError("builtins.ValueError", f"Invalid field '{field}' on {of}")


def invalid_leaf(version: int, model: str, field: str, leaf: object) -> OdooError:
    """A field to compare that there isn't."""
    where = "condition" if version >= JSON2_SINCE else "leaf"
    text = tuple(leaf) if isinstance(leaf, list) else leaf
    return OdooError("builtins.ValueError", f"Invalid field {model}.{field} in {where} {text!r}")


def denied(version: int, label: str, model: str) -> OdooError:
    """Only administrators may."""
    group = "Role / Administrator" if version >= JSON2_SINCE else "Administration/Settings"
    return OdooError(
        "odoo.exceptions.AccessError",
        f"You are not allowed to access '{label}' ({model}) records.\n\nThis operation is allowed for the following "
        f"groups:\n\t- {group}\n\nContact your administrator to request access if necessary.",
    )


def wrong_password() -> OdooError:
    """JSON-RPC's refusal of a call."""
    return OdooError("odoo.exceptions.AccessDenied", "Access Denied")


def bad_key() -> RefusedError:
    """JSON-2's refusal of a call."""
    return RefusedError(OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401).answer())


def page_not_found() -> RefusedError:
    """An address that there isn't."""
    return RefusedError(Answer(404, PAGE_NOT_FOUND, content_type="text/html; charset=utf-8"))
