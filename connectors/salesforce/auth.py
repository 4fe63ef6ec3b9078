"""Salesforce's ways to prove who we are, and which instance of it answers.

Here belongs finding the credentials by the names of their environment variables. Asking for tokens is
connectors.http's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.contract import BadAnswer, BadInput, CredentialsError
from connectors.entries import LOOPBACK, credential
from connectors.http.auth import AppCredentials, Auth, BearerToken, OAuthRefresh, TokenEndpoint, TokenStore
from connectors.http.grants import ClientCredentials, JwtBearer, read_private_key
from connectors.http.redact import Secret

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
LOGIN, TEST_LOGIN = "https://login.salesforce.com", "https://test.salesforce.com"

_WAYS = (
    "Salesforce needs client_id and client_secret (client credentials), client_id, username and private_key (JWT "
    "bearer), client_id and refresh_token (with client_secret where the app has one), or token (a session, for a try)"
)


class Instance:
    """Where the org really lives and who we are there, as the token's answer says."""

    def __init__(self, connection: str) -> None:
        self._connection = connection
        self.url: str | None = None
        self.user_id: str | None = None

    def take(self, answer: Mapping[str, Any]) -> None:
        """Read `instance_url` and `id`. Raises BadAnswer for an address that would show the token to others."""
        url, identity = answer.get("instance_url"), answer.get("id")
        if isinstance(url, str) and url:
            parts = urlsplit(url)
            if parts.scheme != "https" and parts.hostname not in LOOPBACK:
                raise BadAnswer(f"{self._connection}: the token names the instance {url!r}, which is not https")
            self.url = url.rstrip("/")
        if isinstance(identity, str) and identity:
            self.user_id = identity.rstrip("/").rsplit("/", 1)[-1]

    def address(self) -> str | None:
        """The instance's address, once known."""
        return self.url


def find_auth(
    endpoint: TokenEndpoint,
    credentials: Mapping[str, str],
    env: Mapping[str, str],
    *,
    audience: str,
    instance: Instance,
    now: Callable[[], float],
    store: TokenStore | None = None,
) -> Auth:
    """The way that the connection's credentials allow; `audience` is whom a signed statement is for.

    Raises BadInput or CredentialsError that name what is absent.
    """
    connection = endpoint.account

    def value(name: str) -> str:
        return credential(connection, credentials[name], env)

    if "token" in credentials:
        return BearerToken(Secret(value("token")), endpoint.redactor)
    given = set(credentials)
    if {"client_id", "username", "private_key"} <= given:
        place = f"the environment variable {credentials['private_key']}"
        pem = _private_key(connection, place, env.get(credentials["private_key"], ""))
        claims = {"iss": value("client_id"), "sub": value("username"), "aud": audience}
        key = read_private_key(connection, place, pem)
        return JwtBearer(endpoint, claims=claims, key=key, now=now, on_answer=instance.take)
    if {"client_id", "refresh_token"} <= given:
        secret = Secret(value("client_secret")) if "client_secret" in given else None
        app = AppCredentials(value("client_id"), secret, Secret(value("refresh_token")))
        return OAuthRefresh(endpoint, app, store=store, on_answer=instance.take)
    if {"client_id", "client_secret"} <= given:
        client_id, client_secret = Secret(value("client_id")), Secret(value("client_secret"))
        return ClientCredentials(endpoint, client_id=client_id, client_secret=client_secret, on_answer=instance.take)
    told = ", ".join(sorted(given)) or "nothing"
    raise BadInput(f"connections.yml, {connection}, credentials: {told} is no way to log in. {_WAYS}.")


def _private_key(connection: str, place: str, text: str) -> bytes:
    """The PEM text itself (a line break may be written as backslash and n), or the path of the file that holds it."""
    text = text.strip()
    if not text:
        raise CredentialsError(f"{connection}: {place} is not set; write it into the workspace's .env")
    if text.startswith("-----BEGIN"):
        return text.replace("\\n", "\n").encode()
    try:
        return Path(text).expanduser().read_bytes()
    except (OSError, ValueError):
        raise CredentialsError(
            f"{connection}: {place} holds neither a private key (-----BEGIN ...) nor the path of a readable "
            "file with one"
        ) from None
