"""Ways to a token without a person: an app's own credentials, and a signed statement (JWT bearer, RFC 7523).

Here belongs what they send. Asking for the token, and when, is auth.py's.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connectors.contract import CredentialsError
from connectors.http.auth import TokenEndpoint, TokenGrant
from connectors.http.redact import Secret

JWT_SECONDS = 180
"""How long a signed statement holds; servers refuse more than a few minutes."""


class ClientCredentials(TokenGrant):
    """The app acts as the user that its owner named in it."""

    what = "the app's client id and secret were"

    def __init__(
        self,
        endpoint: TokenEndpoint,
        *,
        client_id: Secret,
        client_secret: Secret,
        on_answer: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        super().__init__(endpoint, on_answer=on_answer)
        endpoint.redactor.learn(client_secret.reveal())
        self._client_id, self._client_secret = client_id, client_secret

    def form(self) -> Mapping[str, str]:
        """Id and secret."""
        return {
            "grant_type": "client_credentials",
            "client_id": self._client_id.reveal(),
            "client_secret": self._client_secret.reveal(),
        }


class JwtBearer(TokenGrant):
    """A statement about who we are, signed with a private key whose certificate the server knows."""

    what = "the signed statement (JWT) was"
    fix = (
        "Check that the app has the certificate of this private key, that the user is pre-authorised for the app, and "
        "that this machine's clock is right."
    )

    def __init__(
        self,
        endpoint: TokenEndpoint,
        *,
        claims: Mapping[str, str],
        key: RSAPrivateKey,
        now: Callable[[], float] = time.time,
        on_answer: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        super().__init__(endpoint, on_answer=on_answer)
        self._claims, self._key, self._now = claims, key, now

    def form(self) -> Mapping[str, str]:
        """A fresh statement, signed."""
        assertion = signed({**self._claims, "exp": int(self._now()) + JWT_SECONDS}, self._key)
        self._at.redactor.learn(assertion)
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


def signed(claims: Mapping[str, Any], key: RSAPrivateKey) -> str:
    """A JSON web token, signed by RS256."""
    head = f"{_base64(orjson.dumps({'alg': 'RS256', 'typ': 'JWT'}))}.{_base64(orjson.dumps(dict(claims)))}"
    return f"{head}.{_base64(key.sign(head.encode(), PKCS1v15(), SHA256()))}"


def read_private_key(account: str, place: str, pem: bytes) -> RSAPrivateKey:
    """The RSA key in a PEM text. `place` says where it stood; nothing of the key itself is ever shown."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialsError(
            f"{account}: {place} holds no RSA private key without password in PEM form (it begins with "
            "-----BEGIN PRIVATE KEY-----; in a variable, line breaks may be written as \\n)"
        )
    return key


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
