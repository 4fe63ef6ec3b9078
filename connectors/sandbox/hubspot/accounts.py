"""Who may come in: a private app's token is for ever, an OAuth access token lives half an hour.

Each portal's token also serves as its refresh token at POST /oauth/v1/token.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.sandbox.hubspot.errors import Answer, RefusedError, expired, unauthenticated
from connectors.sandbox.hubspot.index import SearchIndex
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.portal import Portal

HALF_AN_HOUR: Final = 1800


@dataclass(slots=True)
class Account:
    """A portal with its search index and its request counters."""

    token: str
    portal: Portal
    index: SearchIndex
    limits: Limits


class Accounts:
    """All portals of a sandbox, by token."""

    def __init__(self, portals: Mapping[str, Portal], clock: Callable[[], float]) -> None:
        self.clock = clock
        self.by_token = {
            token: Account(token, portal, SearchIndex(portal), Limits(clock)) for token, portal in portals.items()
        }
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
