"""Pipedrive's two ways to prove who we are: a user's API token, or an OAuth app's refresh token.

Here belongs finding the credentials by the names of their environment variables, and what is Pipedrive's own about
refreshing: the app proves itself by a header, and the answer names the company's address.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import BadAnswer, BadInput
from connectors.entries import credential
from connectors.http.auth import OAuthRefresh
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Timing
from connectors.http.token_file import TokenFile
from connectors.http.transport import Transport

TOKEN_ADDRESS = "https://oauth.pipedrive.com/oauth/token"  # noqa: S105 - an address
TOKEN_HEADER = "x-api-token"  # noqa: S105 - a header's name
_OAUTH = ("client_id", "client_secret", "refresh_token")


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
        token_host = urlsplit(self._token_url).hostname
        is_theirs = told.scheme == "https" and (told.hostname or "").endswith(".pipedrive.com")
        if not is_theirs and (not told.hostname or told.hostname != token_host):
            raise BadAnswer(
                f"{self._account}: {self._token_url} names {domain!r} as the company's address; write the right one "
                "into base_url of connections.yml"
            )
        self._address = f"{told.scheme}://{told.netloc}"

    def _own_proof(self) -> str | None:
        pair = f"{self._client_id}:{self._client_secret.reveal() if self._client_secret else ''}".encode()
        basic = base64.b64encode(pair).decode()
        self._redactor.learn(basic)
        return f"Basic {basic}"


def find_auth(
    connection: str,
    credentials: Mapping[str, str],
    env: Mapping[str, str],
    *,
    token_url: str,
    transport: Transport,
    redactor: Redactor,
    timing: Timing,
    token_file: Path | None = None,
) -> ApiToken | PipedriveOAuth:
    """The way that the connection's credentials allow. Raises BadInput or CredentialsError that name what is absent."""
    if "token" in credentials:
        return ApiToken(Secret(credential(connection, credentials["token"], env)), redactor)
    absent = [name for name in _OAUTH if name not in credentials]
    if absent:
        raise BadInput(
            f"connections.yml, {connection}, credentials: {' and '.join(absent)} missing. Pipedrive needs "
            "`token: NAME_OF_A_VARIABLE` (a user's API token), or client_id, client_secret and refresh_token (an app)."
        )
    client_id, client_secret, refresh_token = (credential(connection, credentials[name], env) for name in _OAUTH)
    return PipedriveOAuth(
        account=connection,
        token_url=token_url,
        client_id=client_id,
        client_secret=Secret(client_secret),
        refresh_token=Secret(refresh_token),
        transport=transport,
        redactor=redactor,
        timing=timing,
        store=TokenFile(token_file) if token_file else None,
    )
