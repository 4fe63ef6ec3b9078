"""Who may come in: OAuth 2.0 grants, the sessions that they open, and each account's requests counted.

An account's token is the client secret of its connected app and its first refresh token; as a bearer token it is a
session that never ends. Of a JWT its parts, issuer, audience and time are checked; no key is kept to verify it with.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from connectors.sandbox.salesforce.bulk import Jobs
from connectors.sandbox.salesforce.errors import grant_refused, limit_exceeded, session_expired, too_many_at_once
from connectors.sandbox.salesforce.knobs import Knobs
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.query import Queries
from connectors.sandbox.salesforce.words import client_id, record_id
from connectors.sandbox.wire import Answer, RefusedError, Request

JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES: Final = ("https://login.salesforce.com", "https://test.salesforce.com")
LONGEST_JWT: Final = 300


class Account:
    """An org, its cursors and jobs, and what has been asked of it. `seen` counts requests by kind."""

    def __init__(self, token: str, org: Org, respond: Callable[[Account, Request], Answer]) -> None:
        self.token, self.org, self.respond = token, org, respond
        self.queries, self.jobs = Queries(org), Jobs(org)
        self.refresh_token = token
        self.requests = self.bytes = 0
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def faults(self) -> Knobs:
        """How it misbehaves at present."""
        return self.org.knobs

    @property
    def used_today(self) -> int:
        """Requests of the last day, others' among them."""
        return self.requests + self.org.knobs.used_today

    def number(self, request: Request) -> int:
        """Count a request; returns its number."""
        with self.lock:
            self.requests += 1
            self.seen[f"{request.method} {request.path}"] += 1
            return self.requests

    def sent(self, size: int) -> None:
        """Count what went over the wire."""
        with self.lock:
            self.bytes += size

    def answer(self, request: Request) -> Answer:
        """The answer, if the day's allowance lets the request pass."""
        if self.used_today > self.org.knobs.requests_per_day:
            raise limit_exceeded()
        return self.respond(self, request)

    def headers(self, request: Request) -> dict[str, str]:  # noqa: ARG002 - every request gets them
        """How much of the day's allowance is used."""
        most = self.org.knobs.requests_per_day
        return {"Sforce-Limit-Info": f"api-usage={min(self.used_today, most)}/{most}"}

    def too_many(self, request: Request) -> RefusedError:  # noqa: ARG002 - it is the same for all
        """Too many long requests at once: another try may pass."""
        return too_many_at_once()


class Accounts:
    """All orgs of a sandbox, by token."""

    def __init__(
        self, orgs: Mapping[str, Org], clock: Callable[[], float], respond: Callable[[Account, Request], Answer]
    ) -> None:
        self.clock = clock
        self.by_token = {token: Account(token, org, respond) for token, org in orgs.items()}
        self._sessions: dict[str, tuple[Account, float]] = {}

    def enter(self, authorization: str) -> Account:
        """The account of a session; raises 401."""
        session = authorization.removeprefix("Bearer ").removeprefix("OAuth ").strip()
        account = self.by_token.get(session)
        if account is None and session in self._sessions:
            account, until = self._sessions[session]
            if self.clock() >= until:
                raise session_expired()
        if account is None or account.org.knobs.unauthorized:
            raise session_expired()
        return account

    def grant(self, request: Request) -> Answer:
        """POST /services/oauth2/token; the app's credentials may also come by basic authentication."""
        form, host = (
            {**request.form, **_basic(request.headers.get("authorization", ""))},
            request.headers.get("host", ""),
        )
        match form.get("grant_type"):
            case "refresh_token":
                return self._refreshed(form, host)
            case "client_credentials":
                account = self.by_token.get(form.get("client_secret", ""))
                if account is None or form.get("client_id") != client_id(account.token):
                    raise grant_refused("invalid_client", "invalid client credentials")
                return self._opened(account, host)
            case grant if grant == JWT_BEARER:
                return self._opened(self._asserted(form.get("assertion", ""), host), host)
            case other:
                raise grant_refused("unsupported_grant_type", f"grant type not supported: {other}")

    def _refreshed(self, form: Mapping[str, str], host: str) -> Answer:
        given = form.get("refresh_token", "")
        for account in self.by_token.values():
            with account.lock:
                if account.refresh_token != given or form.get("client_id") != client_id(account.token):
                    continue
                if not account.org.knobs.rotate_refresh_tokens:
                    return self._opened(account, host)
                account.refresh_token = f"5Aep861{secrets.token_urlsafe(48)}"
                return self._opened(account, host, {"refresh_token": account.refresh_token})
        raise grant_refused("invalid_grant", "expired access/refresh token")

    def _asserted(self, assertion: str, host: str) -> Account:
        """The account that a JWT speaks for: its issuer is the connected app's consumer key."""
        parts = assertion.split(".")
        if len(parts) != 3 or not all(parts):
            raise grant_refused("invalid_grant", "invalid assertion")
        try:
            head, claims = (orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
        except (binascii.Error, orjson.JSONDecodeError) as error:
            raise grant_refused("invalid_grant", "invalid assertion") from error
        account = next((a for a in self.by_token.values() if claims.get("iss") == client_id(a.token)), None)
        if account is None or head.get("alg") != "RS256":
            raise grant_refused("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in (*AUDIENCES, f"http://{host}") or not claims.get("sub"):
            raise grant_refused("invalid_grant", "audience is invalid")
        # Whoever reads the account may live in its present or in ours.
        until = float(claims.get("exp", 0))
        if not any(0 <= until - now <= LONGEST_JWT for now in (time.time(), account.org.present)):
            raise grant_refused("invalid_grant", "expired authorization code")
        return account

    def _opened(self, account: Account, host: str, more: Mapping[str, str] | None = None) -> Answer:
        knobs = account.org.knobs
        if knobs.unauthorized:
            raise grant_refused("invalid_grant", "expired access/refresh token")
        org_id = record_id("Organization", 1)
        access = f"{org_id[:15]}!{secrets.token_urlsafe(72)}"
        self._sessions[access] = (account, self.clock() + knobs.session_seconds)
        user = account.org.users.machines["integration"].id
        body: dict[str, Any] = {
            "access_token": access,
            "signature": base64.b64encode(secrets.token_bytes(32)).decode(),
            "scope": "api refresh_token",
            "instance_url": f"http://{host}",
            "id": f"https://login.salesforce.com/id/{org_id}/{user}",
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
        }
        return Answer(200, {**body, **(more or {})})


def _basic(authorization: str) -> dict[str, str]:
    """The client's credentials of a basic authentication header."""
    kind, _, encoded = authorization.partition(" ")
    if kind != "Basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise grant_refused("invalid_client", "invalid client credentials") from error
    return {"client_id": name, "client_secret": secret}
