"""Routes a request to its answer. Knows no sockets: those are `connectors.sandbox.serving`'s."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from connectors.sandbox.handle import OWN, own
from connectors.sandbox.hubspot import associations, metadata, objects
from connectors.sandbox.hubspot.accounts import Account, Accounts
from connectors.sandbox.hubspot.errors import broken, invalid, missing_scope, not_found
from connectors.sandbox.hubspot.index import SEARCHABLE
from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.search import search
from connectors.sandbox.hubspot.words import TYPE_IDS
from connectors.sandbox.wire import Answer, RefusedError, Request

TOKEN_PATHS: Final = ("/oauth/v1/token", "/oauth/2026-03/token")
OBJECTS: Final = re.compile(r"/crm/(?:v3/objects|objects/2026-03)/([a-z0-9_-]+)(?:/(.+))?")
ASSOCIATIONS: Final = re.compile(r"/crm/(?:v4/associations|associations/2026-03)/(\w+)/(\w+)/batch/read")
PIPELINES: Final = "/crm/v3/pipelines/deals"
RULES: Final = re.compile(r"/crm/pipelines-rules/2026-09(?:-beta)?/0-3/([^/]+)")


class App:
    """All endpoints over all accounts."""

    def __init__(self, portals: Mapping[str, Portal], clock: Callable[[], float]) -> None:
        self.accounts = Accounts(portals, clock, self.answer)

    def enter(self, request: Request) -> Account | Answer:
        """Whose request it is; the sandbox's own paths and the token endpoint belong to nobody. Raises 401."""
        if request.path.startswith(OWN):
            return own(self, request.path, request.body)
        if request.path in TOKEN_PATHS:
            return self.accounts.refresh(request.form)
        return self.accounts.enter(request.headers.get("authorization", ""))

    def broken(self, message: str = "internal error") -> RefusedError:
        """HubSpot's 500."""
        return broken(message)

    def answer(self, account: Account, request: Request) -> Answer:
        """The answer to an admitted request."""
        portal, method, path, body = account.portal, request.method, request.path, request.body
        query = parameters(request.query_text)
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
            return search(portal, portal.index, kind, parsed(body))
        if method == "POST" and rest == "batch/read":
            return objects.batch_read(portal, kind, parsed(body), query)
        if method == "GET" and not rest:
            return objects.listing(portal, kind, query)
        if method == "GET" and "/" not in rest:
            return objects.one(portal, kind, rest, query)
        raise not_found(f"{kind}/{rest}")

    def _metadata(self, account: Account, path: str, query: dict[str, str]) -> Answer:
        if path.startswith(PIPELINES):
            self._may(account, "pipelines")
            return account.portal.pipelines.answer(path.removeprefix(PIPELINES))
        if found := RULES.fullmatch(path):
            self._may(account, "pipeline_rules")
            return account.portal.pipelines.rules_of(found[1])
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

    @property
    def worlds(self) -> Mapping[str, Portal]:
        """Each portal by its token."""
        return {token: account.portal for token, account in self.accounts.by_token.items()}

    def knobs(self, token: str) -> Knobs:
        """The portal's knobs."""
        return self.accounts.by_token[token].portal.knobs

    def turn(self, token: str | None, changes: dict[str, Any]) -> None:
        """Turn knobs of one portal, or of all."""
        for account in [self.accounts.by_token[token]] if token else self.accounts.by_token.values():
            account.portal.knobs = account.portal.knobs.changed(changes)

    def stats(self, token: str) -> dict[str, Any]:
        """What has been asked of a portal so far."""
        limits = self.accounts.by_token[token].limits
        return {"requests": limits.requests, "bytes": limits.bytes, "by_kind": dict(limits.seen)}


def parameters(text: str) -> dict[str, str]:
    """A query's parameters: lists come joined by commas or one by one, and flags in any case (Python says True)."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        said = value.lower() if name == "archived" else value
        found[name] = f"{found[name]},{said}" if name in found else said
    return found


def parsed(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise invalid(f"Invalid input JSON: {error}") from error
    if not isinstance(value, dict):
        raise invalid("Invalid input JSON: an object is expected")
    return value
