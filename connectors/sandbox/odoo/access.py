"""Who may come in, and counting what they ask: an administrator's key and a salesperson's for each database.

The token of an account is the administrator's key (and password of `admin`); with SALESPERSON behind it, it is that of
every salesperson, whose logins are their e-mail addresses.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from connectors.sandbox.faults import Faults
from connectors.sandbox.odoo.query import Query
from connectors.sandbox.odoo.words import ADMIN, ADMIN_LOGIN, FIRST_SELLER
from connectors.sandbox.odoo.world import Database
from connectors.sandbox.wire import Answer, RefusedError, Request

SALESPERSON: Final = "-salesperson"
DATABASE: Final = "crm"
"""The name of every database: which one is meant is told by the key."""

TOO_MANY: Final = b"<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n</html>\r\n"


@dataclass(slots=True)
class Account:
    """A database as one of its users, and what has been asked of it."""

    database: Database
    is_admin: bool
    respond: Callable[[Account, Request], Answer]
    counts: Counts
    uid: int = ADMIN
    asked: str = ""

    @property
    def faults(self) -> Faults:
        """How it misbehaves at present; `only_path` may also name a model or method, since JSON-RPC has one path."""
        knobs = self.database.knobs
        return replace(knobs, only_path="") if knobs.only_path and knobs.only_path in self.asked else knobs

    def query(self) -> Query:
        """The methods of models as this user."""
        is_admin = self.is_admin and not self.database.knobs.salesperson_only
        return Query(self.database, self.uid, is_admin=is_admin)

    def number(self, request: Request) -> int:
        """Count a request; returns its number."""
        self.asked = _what(request)
        return self.counts.number(self.asked)

    def sent(self, size: int) -> None:
        """Count what went over the wire."""
        self.counts.bytes += size

    def answer(self, request: Request) -> Answer:
        """The answer; Odoo keeps no limits."""
        return self.respond(self, request)

    def headers(self, request: Request) -> dict[str, str]:  # noqa: ARG002 - the same for all
        """Odoo tells of no limits."""
        return {"Server": "Werkzeug/3.0.6 Python/3.11.7"}

    def too_many(self, request: Request) -> RefusedError:  # noqa: ARG002 - the same for all
        """What the proxy before a hosted Odoo says."""
        return RefusedError(Answer(429, TOO_MANY, content_type="text/html"))


@dataclass(slots=True)
class Counts:
    """Requests of one account so far."""

    requests: int = 0
    bytes: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, what: str) -> int:
        """Count a request; returns its number."""
        with self.lock:
            self.requests += 1
            self.seen[what] += 1
            return self.requests


class Accounts:
    """All databases of a sandbox, by token."""

    def __init__(self, databases: Mapping[str, Database], respond: Callable[[Account, Request], Answer]) -> None:
        self.databases = databases
        self.counts = {token: Counts() for token in databases}
        self._respond = respond

    def by_key(self, key: str) -> Account | None:
        """Whose key (or password) it is."""
        is_admin = key in self.databases
        token = key if is_admin else key.removesuffix(SALESPERSON)
        database = self.databases.get(token)
        if database is None or database.knobs.unauthorized:
            return None
        return Account(database, is_admin, self._respond, self.counts[token], ADMIN if is_admin else FIRST_SELLER)

    def by_login(self, login: str, password: str) -> Account | None:
        """Whose login and password they are."""
        account = self.by_key(password)
        if account is None or (account.is_admin and login == ADMIN_LOGIN):
            return account
        for uid, user in account.database.tables["res.users"].items():
            if user["login"] == login and user["active"] and not account.is_admin and uid >= FIRST_SELLER:
                account.uid = uid
                return account
        return None

    def by_uid(self, uid: object, password: str) -> Account | None:
        """Whose call it is: the user's id and password."""
        account = self.by_key(password)
        if account is None or not isinstance(uid, int) or account.is_admin != (uid == ADMIN):
            return None
        if uid not in account.database.tables["res.users"]:
            return None
        account.uid = uid
        return account


def _what(request: Request) -> str:
    """What is asked: model and method, in either protocol."""
    parts = request.path.strip("/").split("/")
    if parts[:2] == ["json", "2"]:
        return ".".join(parts[2:])
    try:
        asked: Any = orjson.loads(request.body or b"{}").get("params", {})
        named = asked["args"][3:5] if asked["service"] == "object" else [asked["service"], asked["method"]]
        return ".".join(str(name) for name in named)
    except (KeyError, TypeError, AttributeError, IndexError, orjson.JSONDecodeError):
        return request.path
