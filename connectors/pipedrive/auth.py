"""Pipedrive's two ways to prove who we are: a user's API token, or an OAuth app's refresh token.

Here belongs finding the credentials by the names of their environment variables, and what is Pipedrive's own about
refreshing: the app proves itself by a header, and the answer names the company's address.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import BadAnswer
from connectors.entries import credential
from connectors.http.app import app_credentials
from connectors.http.auth import OAuthRefresh, TokenEndpoint, TokenStore
from connectors.http.redact import Redactor, Secret

TOKEN_ADDRESS = "https://oauth.pipedrive.com/oauth/token"  # noqa: S105 - an address
TOKEN_HEADER = "x-api-token"  # noqa: S105 - a header's name
_ELSE = "Pipedrive needs `token: NAME_OF_A_VARIABLE` (a user's API token)"


class ApiToken:
    """A user's token, as it stands in the header `x-api-token`: in an address it would end in every log."""

    def __init__(self, token: Secret, redactor: Redactor) -> None:
        redactor.learn(token.reveal())
        self._token = token

    def header(self) -> str:
        """The header's value."""
        return self._token.reveal()

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - a constant token has no successor
        """Never: asking again with the same token is no use."""
        return False


class PipedriveOAuth(OAuthRefresh):
    """Access tokens of an OAuth app; knows the company's address after the first refresh."""

    _address: str | None = None

    def address(self) -> str | None:
        """Where the company's API is; None until the first refresh."""
        return self._address

    def keep(self, answer: Mapping[str, Any]) -> None:
        """Keep refresh token and address. Raises BadAnswer for an address that isn't Pipedrive's: it gets our token."""
        super().keep(answer)
        domain = answer.get("api_domain")
        told = urlsplit(domain if isinstance(domain, str) else "")
        token_host = urlsplit(self._at.url).hostname
        is_theirs = told.scheme == "https" and (told.hostname or "").endswith(".pipedrive.com")
        if not is_theirs and (not told.hostname or told.hostname != token_host):
            raise BadAnswer(
                f"{self._at.account}: {self._at.url} names {domain!r} as the company's address; write the right one "
                "into base_url of connections.yml"
            )
        self._address = f"{told.scheme}://{told.netloc}"

    def _own_proof(self) -> str | None:
        pair = f"{self._client_id}:{self._client_secret.reveal() if self._client_secret else ''}".encode()
        basic = base64.b64encode(pair).decode()
        self._at.redactor.learn(basic)
        return f"Basic {basic}"


def find_auth(
    endpoint: TokenEndpoint, credentials: Mapping[str, str], env: Mapping[str, str], *, store: TokenStore | None = None
) -> ApiToken | PipedriveOAuth:
    """The way that the connection's credentials allow. Raises BadInput or CredentialsError that name what is absent."""
    if "token" in credentials:
        return ApiToken(Secret(credential(endpoint.account, credentials["token"], env)), endpoint.redactor)
    return PipedriveOAuth(endpoint, app_credentials(endpoint.account, credentials, env, or_else=_ELSE), store=store)
