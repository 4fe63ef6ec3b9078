"""Who may come in: a private app's token is for ever, an OAuth access token lives half an hour.

Each portal's token also serves as its refresh token at POST /oauth/v1/token.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.faults import Faults
from connectors.sandbox.hubspot.errors import expired, too_many, unauthenticated
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.wire import Answer, RefusedError, Request

HALF_AN_HOUR: Final = 1800


@dataclass(slots=True)
class Account:
    """A portal and its request counters."""

    token: str
    portal: Portal
    limits: Limits
    respond: Callable[[Account, Request], Answer]

    @property
    def faults(self) -> Faults:
        """How it misbehaves at present."""
        return self.portal.knobs

    def number(self, request: Request) -> int:
        """Count a request; returns its number."""
        return self.limits.number(f"{request.method} {request.path}")

    def sent(self, size: int) -> None:
        """Count what went over the wire."""
        self.limits.sent(size)

    def answer(self, request: Request) -> Answer:
        """The answer, if the limits let the request pass."""
        self.limits.admit(self.portal.knobs, is_search=_is_search(request))
        return self.respond(self, request)

    def headers(self, request: Request) -> dict[str, str]:
        """The x-hubspot-ratelimit headers."""
        return self.limits.headers(self.portal.knobs, is_search=_is_search(request))

    def too_many(self, request: Request) -> RefusedError:
        """429, as the limit that holds for the request words it."""
        policy = "SECONDLY" if _is_search(request) else "TEN_SECONDLY_ROLLING"
        return too_many(policy, self.portal.knobs.retry_after_seconds)


def _is_search(request: Request) -> bool:
    return request.path.endswith("/search")


class Accounts:
    """All portals of a sandbox, by token."""

    def __init__(
        self,
        portals: Mapping[str, Portal],
        clock: Callable[[], float],
        respond: Callable[[Account, Request], Answer],
    ) -> None:
        self.clock = clock
        self.by_token = {token: Account(token, portal, Limits(clock), respond) for token, portal in portals.items()}
        self._issued: dict[str, tuple[Account, float]] = {}

    def enter(self, authorization: str) -> Account:
        """The account of a bearer token; raises 401."""
        token = authorization.removeprefix("Bearer ").strip()
        account = self.by_token.get(token)
        if account is None and token in self._issued:
            account, until = self._issued[token]
            if self.clock() >= until:
                raise expired()
        if account is None or account.portal.knobs.unauthorized:
            raise unauthenticated()
        return account

    def refresh(self, form: Mapping[str, str]) -> Answer:
        """A new access token for a refresh token."""
        account = self.by_token.get(form.get("refresh_token", ""))
        if form.get("grant_type") != "refresh_token" or account is None or account.portal.knobs.unauthorized:
            message = "missing or invalid refresh token"
            refused = {"status": "BAD_REFRESH_TOKEN", "message": message, "error": "invalid_grant"}
            raise RefusedError(Answer(400, refused))
        access = secrets.token_urlsafe(32)
        self._issued[access] = (account, self.clock() + HALF_AN_HOUR)
        body = {"token_type": "bearer", "access_token": access, "refresh_token": account.token}
        return Answer(200, {**body, "expires_in": HALF_AN_HOUR})
