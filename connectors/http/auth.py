"""Who we are to a server: a constant token, or OAuth tokens that are refreshed by one thread at a time.

Here belong the ways to get an Authorization header. Which variables hold the credentials is the CRM package's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from urllib.parse import urlencode

from connectors.contract import BadAnswer, CredentialsError
from connectors.http.answers import Answer, NotJson
from connectors.http.failures import BrokenAnswer, transient_status
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Retries, Timing, with_retries
from connectors.http.transport import Transport

EARLY_SECONDS = 120.0
"""A token is renewed so long before it expires: the request that carries it takes its time, too."""
PATIENCE = Retries(tries=4)
"""Nothing of an account can be read without a token, so its night ends sooner than at a page that fails."""


class Auth(Protocol):
    """Gives the Authorization header of the next request."""

    def header(self) -> str | None:
        """The header's value; None where requests carry none. Raises CredentialsError when there is none to be had."""

    def renew(self, refused: str) -> bool:
        """The server refused this header with 401: whether another one is worth a try (once)."""


class TokenStore(Protocol):
    """Keeps the newest refresh token between nights, where a server replaces it at every use."""

    def load(self) -> str | None:
        """The last stored refresh token, if any."""

    def save(self, refresh_token: str) -> None:
        """Store it durably before returning: the old one may be dead already."""


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where an account's tokens are given out, and what it takes to ask there."""

    account: str
    url: str
    transport: Transport
    redactor: Redactor
    timing: Timing
    retries: Retries = PATIENCE


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """An OAuth app that somebody authorised; not every app has a secret."""

    client_id: str
    client_secret: Secret | None
    refresh_token: Secret


class NoHeader:
    """For requests that prove who we are in their body, or needn't."""

    def header(self) -> None:
        """None."""

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - there is nothing to renew
        """Never."""
        return False


class BearerToken:
    """A constant token (a private app's)."""

    def __init__(self, token: Secret, redactor: Redactor) -> None:
        redactor.learn(token.reveal())
        self._token = token

    def header(self) -> str:
        """The bearer header."""
        return f"Bearer {self._token.reveal()}"

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - a constant token has no successor
        """Never: asking again with the same token is no use."""
        return False


class TokenGrant(ABC):
    """Access tokens that a token endpoint gives out. One thread asks, the others wait for its result.

    Each kind of grant says what it sends (`form`), what it keeps of the answer (`keep`) and how to mend a refusal.
    """

    what = "the credentials were"
    fix = "Put valid ones into the variables named in connections.yml."

    def __init__(
        self, endpoint: TokenEndpoint, *, on_answer: Callable[[Mapping[str, Any]], None] | None = None
    ) -> None:
        self._at, self._on_answer = endpoint, on_answer
        self._lock = Lock()
        self._access: Secret | None = None
        self._renew_at = 0.0
        self._dead: str | None = None

    @abstractmethod
    def form(self) -> Mapping[str, str]:
        """The fields of the request for a token."""

    def keep(self, answer: Mapping[str, Any]) -> None:  # noqa: B027 - most grants need nothing of an answer
        """Keep what the next request for a token needs."""

    def header(self) -> str:
        """The bearer header, refreshed first when it is about to expire."""
        with self._lock:
            if self._access is None or self._at.timing.monotonic() >= self._renew_at:
                self._refresh()
            return self._header()

    def renew(self, refused: str) -> bool:
        """Refresh after a 401, unless another thread has done so since that header was made."""
        with self._lock:
            if self._access is None or self._header() == refused:
                self._refresh()
            return True

    def _header(self) -> str:
        return f"Bearer {self._access.reveal() if self._access else ''}"

    def _refresh(self) -> None:
        if self._dead:
            raise CredentialsError(self._dead)  # asking a dead grant again and again gets the whole app blocked
        answer = self._ask()
        try:
            body = answer.json()
            access, lives = str(body["access_token"]), float(body.get("expires_in", 1800))
        except (NotJson, KeyError, TypeError, ValueError):
            raise BadAnswer(f"{self._at.account}: {self._at.url} gave no access token") from None
        self._at.redactor.learn(access)
        self.keep(body)
        if self._on_answer:
            self._on_answer(body)
        self._access = Secret(access)
        self._renew_at = self._at.timing.monotonic() + max(lives - EARLY_SECONDS, lives / 2)

    def _ask(self) -> Answer:
        form = urlencode(self.form()).encode()
        at, place = self._at, f"{self._at.account}: POST {self._at.url}"
        answer = with_retries(lambda: self._post(form), place, at.retries, at.timing, at.transport.waited)
        if answer.ok:
            return answer
        body = answer.error_body()
        reason = body.get("error") or body.get("status") or answer.status
        self._dead = at.redactor.clean(f"{at.account}: {self.what} refused ({reason}: {answer.excerpt()}). {self.fix}")
        raise CredentialsError(self._dead)

    def _own_proof(self) -> str | None:
        """An Authorization header for the refresh itself, where a CRM wants the app's secret there, too."""
        return None

    def _post(self, form: bytes) -> Answer:
        answer = self._at.transport.send(
            "POST",
            self._at.url,
            authorization=self._own_proof(),
            body=form,
            content_type="application/x-www-form-urlencoded",
        )
        trouble = transient_status(answer)
        if trouble:
            raise trouble
        if answer.ok and not answer.error_body():
            raise BrokenAnswer("the token answer is not JSON")
        return answer


class OAuthRefresh(TokenGrant):
    """Access tokens from a refresh token, which some servers replace at every use."""

    what = "the refresh token was"
    fix = "Authorise the app again and store its new refresh token in the variable named in connections.yml."

    def __init__(
        self,
        endpoint: TokenEndpoint,
        app: AppCredentials,
        *,
        store: TokenStore | None = None,
        on_answer: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        super().__init__(endpoint, on_answer=on_answer)
        stored = store.load() if store else None
        self._refresh_token = Secret(stored) if stored else app.refresh_token
        endpoint.redactor.learn(app.refresh_token.reveal(), self._refresh_token.reveal())
        if app.client_secret:
            endpoint.redactor.learn(app.client_secret.reveal())
        self._client_id, self._client_secret = app.client_id, app.client_secret
        self._store = store

    def form(self) -> Mapping[str, str]:
        """The refresh token, and the app's secret where it has one."""
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "refresh_token": self._refresh_token.reveal(),
        }
        return {**form, "client_secret": self._client_secret.reveal()} if self._client_secret else form

    def keep(self, answer: Mapping[str, Any]) -> None:
        """Store a new refresh token before anything is asked with the new access token: the old one may be dead."""
        following = answer.get("refresh_token")
        if isinstance(following, str) and following and following != self._refresh_token.reveal():
            self._at.redactor.learn(following)
            if self._store:
                self._store.save(following)
            self._refresh_token = Secret(following)
