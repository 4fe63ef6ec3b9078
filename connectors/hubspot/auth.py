"""HubSpot's two ways to prove who we are: a private app's token, or an OAuth app's refresh token.

Here belongs finding the credentials by the names of their environment variables. Refreshing is connectors.http's.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.entries import credential
from connectors.http.app import app_credentials
from connectors.http.auth import Auth, BearerToken, OAuthRefresh, TokenEndpoint, TokenStore
from connectors.http.redact import Secret

TOKEN_PATH = "/oauth/v1/token"  # noqa: S105 - a path
_ELSE = "HubSpot needs `token: NAME_OF_A_VARIABLE` (a private app)"


def find_auth(
    endpoint: TokenEndpoint, credentials: Mapping[str, str], env: Mapping[str, str], *, store: TokenStore | None = None
) -> Auth:
    """The way that the connection's credentials allow. Raises BadInput or CredentialsError that name what is absent."""
    if "token" in credentials:
        return BearerToken(Secret(credential(endpoint.account, credentials["token"], env)), endpoint.redactor)
    return OAuthRefresh(endpoint, app_credentials(endpoint.account, credentials, env, or_else=_ELSE), store=store)
