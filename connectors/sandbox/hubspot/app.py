"""Routes a request to its answer. Knows no sockets: `server` hands over method, path, query, headers and body.

/_sandbox/... is the sandbox's own: knobs, edits and counters, for servers in another process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson

from connectors.sandbox.hubspot import associations, edits, metadata, objects
from connectors.sandbox.hubspot.accounts import Account, Accounts
from connectors.sandbox.hubspot.errors import Answer, RefusedError, invalid, missing_scope, not_found
from connectors.sandbox.hubspot.index import SEARCHABLE
from connectors.sandbox.hubspot.search import search
from connectors.sandbox.hubspot.words import TYPE_IDS

OBJECTS: Final = re.compile(r"/crm/(?:v3/objects|objects/2026-03)/([a-z0-9_-]+)(?:/(.+))?")
ASSOCIATIONS: Final = re.compile(r"/crm/(?:v4/associations|associations/2026-03)/(\w+)/(\w+)/batch/read")


class App:
    """All endpoints over all accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def account(self, headers: Mapping[str, str]) -> Account:
        """Whose request it is; raises 401."""
        return self.accounts.enter(headers.get("authorization", ""))

    def answer(self, account: Account, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        """The answer to an admitted request."""
        portal = account.portal
        if found := OBJECTS.fullmatch(path):
            kind = TYPE_IDS.get(found[1], found[1])
            self._may(account, kind)
            if kind not in SEARCHABLE:
                raise invalid(f"Unable to infer object type from: {found[1]}")
            return self._objects(account, method, kind, found[2] or "", query, body)
        if (found := ASSOCIATIONS.fullmatch(path)) and method == "POST":
            for kind in found.groups():
                self._may(account, kind)
            return associations.batch_read(portal, found[1], found[2], parsed(body))
        if method != "GET":
            raise not_found(path)
        return self._metadata(account, path, query)

    def _objects(
        self, account: Account, method: str, kind: str, rest: str, query: dict[str, str], body: bytes
    ) -> Answer:
        portal = account.portal
        if method == "POST" and rest == "search":
            return search(portal, account.index, kind, parsed(body))
        if method == "POST" and rest == "batch/read":
            return objects.batch_read(portal, kind, parsed(body), query)
        if method == "GET" and not rest:
            return objects.listing(portal, kind, query)
        if method == "GET" and "/" not in rest:
            return objects.one(portal, kind, rest, query)
        raise not_found(f"{kind}/{rest}")

    def _metadata(self, account: Account, path: str, query: dict[str, str]) -> Answer:
        if path == "/crm/v3/pipelines/deals":
            self._may(account, "pipelines")
            return metadata.pipelines()
        if path.rstrip("/") == "/crm/v3/owners":
            self._may(account, "owners")
            return metadata.owners(account.portal, query)
        if path.startswith("/crm/v3/properties/"):
            kind = path.removeprefix("/crm/v3/properties/")
            self._may(account, kind)
            return metadata.properties(kind)
        if path == "/account-info/v3/details":
            return metadata.account(account.portal)
        if path == "/account-info/v3/api-usage/daily/private-apps":
            return metadata.daily_usage(account.portal, account.limits.used_today)
        raise not_found(path)

    @staticmethod
    def _may(account: Account, kind: str) -> None:
        if kind in account.portal.knobs.missing_scopes:
            raise missing_scope(kind)

    # -- the sandbox's own ------------------------------------------------------------------------------------

    def own(self, path: str, body: bytes) -> Answer:
        """/_sandbox/knobs and /_sandbox/edits change portals (all, or that of "token"); /_sandbox/stats counts."""
        asked = parsed(body) if body else {}
        token = asked.pop("token", None)
        try:
            if path == "/_sandbox/knobs":
                self.turn(token, asked)
                return Answer(200, {t: asdict(a.portal.knobs) for t, a in self.accounts.by_token.items()})
            if path == "/_sandbox/edits":
                account = self.accounts.by_token[str(token)]
                return Answer(200, {"id": edits.apply(account.portal, account.index, edits.from_json(asked))})
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedError(Answer(400, {"status": "error", "message": str(error)})) from error
        if path == "/_sandbox/stats":
            return Answer(200, {token: self.stats(token) for token in self.accounts.by_token})
        raise not_found(path)

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one portal, or of all."""
        for account in [self.accounts.by_token[token]] if token else self.accounts.by_token.values():
            account.portal.knobs = account.portal.knobs.changed(changes)

    def stats(self, token: str) -> dict[str, Any]:
        """What has been asked of a portal so far."""
        limits = self.accounts.by_token[token].limits
        return {"requests": limits.requests, "bytes": limits.bytes, "by_kind": dict(limits.seen)}


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise invalid(f"Invalid input JSON: {error}") from error
    if not isinstance(value, dict):
        raise invalid("Invalid input JSON: an object is expected")
    return value
