"""Salesforce's ways to prove who we are, and which instance of it answers.

Here belongs finding the credentials by the names of their environment variables. Asking for tokens is
connectors.http's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

from connectors.contract import BadAnswer, BadInput, CredentialsError
from connectors.entries import LOOPBACK, credential
from connectors.http.auth import Auth, BearerToken, OAuthRefresh
from connectors.http.grants import ClientCredentials, JwtBearer, read_private_key
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Timing
from connectors.http.token_file import TokenFile
from connectors.http.transport import Transport

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


class _Shared(TypedDict):
    account: str
    token_url: str
    transport: Transport
    redactor: Redactor
    timing: Timing
    on_answer: Callable[[Mapping[str, Any]], None]


def find_auth(
    connection: str,
    credentials: Mapping[str, str],
    env: Mapping[str, str],
    *,
    base_url: str,
    login_url: str | None,
    transport: Transport,
    redactor: Redactor,
    timing: Timing,
    instance: Instance,
    now: Callable[[], float],
    token_file: Path | None = None,
) -> Auth:
    """The way that the connection's credentials allow. Raises BadInput or CredentialsError that name what is absent."""

    def value(name: str) -> str:
        return credential(connection, credentials[name], env)

    if "token" in credentials:
        return BearerToken(Secret(value("token")), redactor)
    shared = _Shared(
        account=connection,
        token_url=(login_url or base_url) + TOKEN_PATH,
        transport=transport,
        redactor=redactor,
        timing=timing,
        on_answer=instance.take,
    )
    given = set(credentials)
    if {"client_id", "username", "private_key"} <= given:
        place = f"the environment variable {credentials['private_key']}"
        pem = _private_key(connection, place, env.get(credentials["private_key"], ""))
        audience = login_url or (TEST_LOGIN if ".sandbox." in base_url else LOGIN)
        claims = {"iss": value("client_id"), "sub": value("username"), "aud": audience}
        return JwtBearer(**shared, claims=claims, key=read_private_key(connection, place, pem), now=now)
    if {"client_id", "refresh_token"} <= given:
        return OAuthRefresh(
            **shared,
            client_id=value("client_id"),
            client_secret=Secret(value("client_secret")) if "client_secret" in given else None,
            refresh_token=Secret(value("refresh_token")),
            store=TokenFile(token_file) if token_file else None,
        )
    if {"client_id", "client_secret"} <= given:
        secrets = Secret(value("client_id")), Secret(value("client_secret"))
        return ClientCredentials(**shared, client_id=secrets[0], client_secret=secrets[1])
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
