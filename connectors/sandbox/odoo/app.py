"""Routes a request to its answer. Knows no sockets: those are `connectors.sandbox.serving`'s."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.handle import OWN, own
from connectors.sandbox.odoo import json2, rpc, web
from connectors.sandbox.odoo.access import Account, Accounts
from connectors.sandbox.odoo.errors import OdooError, page_not_found
from connectors.sandbox.odoo.knobs import JSON2_SINCE, Knobs
from connectors.sandbox.odoo.world import Database
from connectors.sandbox.wire import Answer, RefusedError, Request


class App:
    """All databases of one Odoo server; they are of one version."""

    def __init__(self, databases: Mapping[str, Database], version: int) -> None:
        self.accounts = Accounts(databases, self.answer)
        self.sessions = web.Sessions(self.accounts)
        self.version = version

    def enter(self, request: Request) -> Account | Answer:
        """Whose request it is; what belongs to nobody is answered at once. Raises RefusedError."""
        path = request.path
        if path.startswith(OWN):
            return own(self, path, request.body)
        if path == rpc.PATH:
            return rpc.enter(self.accounts, request, self.version)
        if json2.PATH.fullmatch(path) and self.version >= JSON2_SINCE:
            return json2.enter(self.accounts, request)
        if path == web.VERSION and self.version < JSON2_SINCE:
            raise page_not_found()
        if path in (web.LOGIN, web.LOGOUT, web.MESSAGES, web.INFO, web.VERSION):
            return self.sessions.enter(request, self.version)
        raise page_not_found()

    def answer(self, account: Account, request: Request) -> Answer:
        """The answer to a known user. Raises RefusedError."""
        if request.path == rpc.PATH:
            return rpc.respond(account, request)
        if request.path == web.MESSAGES:
            return web.messages(account, request)
        return json2.respond(account, request)

    def broken(self, message: str = "Internal Server Error") -> RefusedError:
        """Odoo's 500: its worker or its database is gone."""
        return RefusedError(OdooError("psycopg2.OperationalError", message).answer())

    # -- the sandbox's own ------------------------------------------------------------------------------------

    @property
    def worlds(self) -> Mapping[str, Database]:
        """Each database by its token."""
        return self.accounts.databases

    def knobs(self, token: str) -> Knobs:
        """The database's knobs."""
        return self.accounts.databases[token].knobs

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one database, or of all; a running Odoo keeps its version."""
        if changes.get("version", self.version) != self.version:
            raise ValueError(f"this Odoo is version {self.version}; start another one for version {changes['version']}")
        for database in [self.worlds[token]] if token else self.worlds.values():
            database.knobs = database.knobs.changed(changes)

    def stats(self, token: str) -> dict[str, Any]:
        """What has been asked of a database so far."""
        counts = self.accounts.counts[token]
        return {"requests": counts.requests, "bytes": counts.bytes, "by_kind": dict(counts.seen)}
