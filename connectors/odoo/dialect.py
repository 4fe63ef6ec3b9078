"""How Odoo words its refusals: by HTTP status in JSON-2, in the body of a 200 in JSON-RPC, by the same names in both.

Here belong the names of Odoo's exceptions and what they mean for us. Odoo adds a Python traceback to each (`debug`); it
is never read, since it may hold what we sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.contract import BadInput, ConnectorError, CredentialsError, MissingScopeError
from connectors.http.answers import Answer
from connectors.http.bucket import Limits
from connectors.http.failures import ServerTrouble, Transient

_LONGEST_WORDS = 200
_PASSING = ("psycopg2.", "psycopg.", "odoo.sql_db.", "odoo.exceptions.ConcurrencyError")
_PASSING_NAMES = frozenset(f"builtins.{name}" for name in ("MemoryError", "OSError", "ConnectionError", "TimeoutError"))
_NO_DATABASE = re.compile(r'database "[^"]*" does not exist', re.IGNORECASE)
_NO_MODEL = re.compile(r"(?i)\b(?:object|model) '?[\w.]+'? (?:doesn't|does not) exist")
_NO_FIELD = re.compile(r"Invalid field '?(?:[\w.]+\.)?(\w+)'?")


class UnknownModel(MissingScopeError):
    """The app that brings this model is not installed."""


class UnknownField(MissingScopeError):
    """The model has no such field, or the user may not read it."""


class OdooDialect:
    """Odoo's refusals. `secret_place` says where the operator finds the credentials."""

    def __init__(self, secret_place: str) -> None:
        self._secret_place = secret_place

    def limits(self, answer: Answer) -> Limits:  # noqa: ARG002 - Odoo tells no limits
        """Nothing: Odoo sends no such headers."""
        return Limits()

    def failure(self, answer: Answer) -> ConnectorError | Transient | None:
        """The exception behind a JSON-2 status; None for what a proxy in front of Odoo says."""
        body = answer.error_body()
        name = body.get("name")
        return self._meaning(name, body, answer.status) if isinstance(name, str) else None

    def told(self, body: Any) -> ConnectorError | Transient | None:
        """The exception in a JSON-RPC answer."""
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            return None
        data = error.get("data")
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return self._meaning(data["name"], data, None)
        return ConnectorError(f"Odoo refused ({_words(error)})")

    def _meaning(self, name: str, body: Mapping[str, Any], status: int | None) -> ConnectorError | Transient:
        words = _words(body)
        if name.endswith((".Unauthorized", ".AccessDenied")) or status == 401:
            return CredentialsError(
                f"Odoo refused the credentials ({words}). Put valid ones into {self._secret_place}; API keys of "
                "Odoo 19 end after three months at most."
            )
        if name.endswith(".AccessError") or status == 403:
            return MissingScopeError(f"Odoo refuses to let this user read it ({words})")
        if _NO_DATABASE.search(words):
            return BadInput(f"Odoo has no such database ({words}); correct `options: database` in connections.yml")
        if _NO_MODEL.search(words):
            return UnknownModel(f"Odoo has no such object ({words}): the app that brings it is not installed")
        if _NO_FIELD.search(words):
            return UnknownField(words)
        if name.startswith(_PASSING) or name in _PASSING_NAMES:
            return ServerTrouble(f"Odoo failed with {name}")
        return ConnectorError(f"Odoo refused with {name} ({words})")


def field_named(error: UnknownField) -> str | None:
    """The field that an Invalid field error complains of."""
    found = _NO_FIELD.search(str(error))
    return found.group(1) if found else None


def _words(body: Mapping[str, Any]) -> str:
    message = body.get("message")
    line = " ".join(message.split()) if isinstance(message, str) else ""
    return (line[:_LONGEST_WORDS] + "…" if len(line) > _LONGEST_WORDS else line) or "no reason given"
