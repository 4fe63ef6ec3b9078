"""HubSpot's two ways to prove who we are: a private app's token, or an OAuth app's refresh token.

Here belongs finding the credentials by the names of their environment variables. Refreshing is connectors.http's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.contract import BadInput
from connectors.entries import credential
from connectors.http.auth import Auth, BearerToken, OAuthRefresh
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Timing
from connectors.http.token_file import TokenFile
from connectors.http.transport import Transport

TOKEN_PATH = "/oauth/v1/token"  # noqa: S105 - a path
_OAUTH = ("client_id", "client_secret", "refresh_token")


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
) -> Auth:
    """The way that the connection's credentials allow. Raises BadInput or CredentialsError that name what is absent."""
    if "token" in credentials:
        return BearerToken(Secret(credential(connection, credentials["token"], env)), redactor)
    absent = [name for name in _OAUTH if name not in credentials]
    if absent:
        raise BadInput(
            f"connections.yml, {connection}, credentials: {' and '.join(absent)} missing. HubSpot needs "
            "`token: NAME_OF_A_VARIABLE` (a private app), or client_id, client_secret and refresh_token (an OAuth app)."
        )
    client_id, client_secret, refresh_token = (credential(connection, credentials[name], env) for name in _OAUTH)
    return OAuthRefresh(
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
