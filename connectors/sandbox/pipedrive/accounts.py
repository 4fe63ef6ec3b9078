"""Who may come in: an API token is for ever, an OAuth access token lives an hour.

Each account's token also serves as its refresh token at POST /oauth/token, which asks for the app's own credentials.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.faults import Faults
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.costs import cost_of
from connectors.sandbox.pipedrive.errors import too_many, unauthenticated
from connectors.sandbox.pipedrive.limits import Limits
from connectors.sandbox.wire import Answer, RefusedError, Request

HOUR: Final = 3600
CLIENT_ID: Final = "sandbox-client"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 - opens nothing but this simulation
SCOPES: Final = "base deals:read activities:read users:read recents:read products:read"


@dataclass(slots=True)
class Account:
    """A company and its request counters."""

    token: str
    company: Company
    limits: Limits
    respond: Callable[[Account, Request], Answer]

    @property
    def faults(self) -> Faults:
        """How it misbehaves at present."""
        return self.company.knobs

    def number(self, request: Request) -> int:
        """Count a request; returns its number."""
        return self.limits.number(f"{request.method} {request.path}")

    def sent(self, size: int) -> None:
        """Count what went over the wire."""
        self.limits.sent(size)

    def answer(self, request: Request) -> Answer:
        """The answer, if the limits let the request pass."""
        self.limits.admit(self.company.knobs, cost_of(request.path))
        return self.respond(self, request)

    def headers(self, request: Request) -> dict[str, str]:  # noqa: ARG002 - all endpoints share the limits
        """The headers about the short window and the day's tokens."""
        return self.limits.headers(self.company.knobs)

    def too_many(self, request: Request) -> RefusedError:  # noqa: ARG002 - all endpoints share the limits
        """429 of the short window."""
        return too_many()


class Accounts:
    """All companies of a sandbox, by token."""

    def __init__(
        self,
        companies: Mapping[str, Company],
        clock: Callable[[], float],
        respond: Callable[[Account, Request], Answer],
    ) -> None:
        self.clock = clock
        self.by_token = {token: Account(token, company, Limits(clock), respond) for token, company in companies.items()}
        self._issued: dict[str, tuple[Account, float]] = {}

    def enter(self, request: Request) -> Account:
        """The account of an API token (header, or query as old clients have it) or bearer token; raises 401."""
        token = request.headers.get("x-api-token") or request.query.get("api_token") or ""
        account = self.by_token.get(token)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if account is None and bearer in self._issued:
            account, until = self._issued[bearer]
            if self.clock() >= until:
                raise unauthenticated()
        if account is None or account.company.knobs.unauthorized:
            raise unauthenticated()
        return account

    def refresh(self, request: Request) -> Answer:
        """A new access token for a refresh token, for the app that shows its credentials."""
        told = request.headers.get("authorization", "")
        if told != "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode():
            refused = {"success": False, "error": "invalid_client", "message": "Client authentication failed"}
            raise RefusedError(Answer(401, refused))
        form = request.form
        account = self.by_token.get(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or account is None or account.company.knobs.unauthorized:
            refused = {"success": False, "error": "invalid_grant", "message": "Invalid grant: refresh token is invalid"}
            raise RefusedError(Answer(400, refused))
        access = secrets.token_urlsafe(32)
        self._issued[access] = (account, self.clock() + HOUR)
        body = {"access_token": access, "token_type": "Bearer", "refresh_token": account.token, "scope": SCOPES}
        domain = f"http://{request.headers.get('host', '127.0.0.1')}"
        return Answer(200, {**body, "expires_in": HOUR - 1, "api_domain": domain})
