"""The session that connectors talk through: JSON in, JSON out, or an error that names the account and the request.

Here belongs the order of things around one request: quota, rate limit, token, sending, judging, trying again.
What one CRM's headers and errors mean comes in as its `Dialect`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable

import orjson

from connectors.contract import BadAnswer, ConnectorError, CredentialsError, Traffic
from connectors.http.answers import Answer, NotJson
from connectors.http.auth import Auth
from connectors.http.bucket import Limits, TokenBucket
from connectors.http.failures import BrokenAnswer, RateLimited, Transient, transient_status
from connectors.http.quota import DailyQuota
from connectors.http.redact import Redactor
from connectors.http.retry import Retries, Timing, with_retries
from connectors.http.transport import Transport

T = TypeVar("T")

MAIN = "main"
"""The lane of requests that have no tighter limit of their own."""


class Dialect(Protocol):
    """How one CRM words its limits and its refusals."""

    def limits(self, answer: Answer) -> Limits:
        """What the headers say of limits."""

    def failure(self, answer: Answer) -> ConnectorError | Transient | None:
        """The failure behind a status that isn't 2xx, in words without the account; None: no special meaning."""


@runtime_checkable
class TellsInBody(Protocol):
    """A dialect of a CRM that answers 200 whatever happens, and words its refusals in the body (JSON-RPC)."""

    def told(self, body: Any) -> ConnectorError | Transient | None:
        """The failure that the JSON of a 2xx answer tells, in words without the account; None: it is a result."""


class HttpSession:
    """One account's requests. Safe to use from several threads."""

    def __init__(
        self,
        account: str,
        base_url: str,
        *,
        auth: Auth,
        dialect: Dialect,
        transport: Transport,
        lanes: Mapping[str, TokenBucket],
        redactor: Redactor,
        quota: DailyQuota | None = None,
        retries: Retries | None = None,
        timing: Timing | None = None,
        address: Callable[[], str | None] | None = None,
    ) -> None:
        """`address` gives another address than `base_url` once the token's answer has named one."""
        self.account = account
        self.base_url = base_url.rstrip("/")
        self.quota = quota or DailyQuota()
        self._auth, self._dialect, self._transport = auth, dialect, transport
        self._lanes, self._redactor = lanes, redactor
        self._retries, self._timing = retries or Retries(), timing or Timing()
        self._address = address
        self._closed = False

    @property
    def traffic(self) -> Traffic:
        """Requests, bytes and waiting so far, those of the token refresh included."""
        return self._transport.traffic

    def get(self, path: str, params: Mapping[str, str] | None = None, *, lane: str = MAIN) -> Any:
        """GET and return the JSON."""
        return self._request("GET", path, params, None, lane, self._json)

    def get_as(
        self,
        read: Callable[[Answer], T],
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str,
        lane: str = MAIN,
    ) -> T:
        """GET something else than JSON; `read` makes it out of the answer, and raises BrokenAnswer to have it again."""
        return self._request("GET", path, params, None, lane, read, accept)

    def post(self, path: str, body: Any, *, lane: str = MAIN) -> Any:
        """POST JSON (a question with a long list, nothing that changes data) and return the JSON."""
        return self._request("POST", path, None, orjson.dumps(body), lane, self._json)

    def close(self) -> None:
        """Close the connections; a request that waits for another try gives up."""
        self._closed = True
        self._transport.close()

    def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: bytes | None,
        lane: str,
        read: Callable[[Answer], T],
        accept: str | None = None,
    ) -> T:
        place = f"{self.account}: {method} {self.base_url}{path}"
        bucket = self._lanes[lane]

        def once() -> T:
            if self._closed:
                raise ConnectorError(f"{place}: given up, because the sync has ended")
            self.quota.check(self.account)
            self._wait_for(bucket)
            answer = self._send(method, path, params, body, bucket, accept)
            limits = self._dialect.limits(answer)
            self.quota.learn(limits)
            bucket.learn(limits)
            return self._judge(answer, bucket, read)

        try:
            return with_retries(once, place, self._retries, self._timing, self._transport.waited)
        except ConnectorError as error:
            text = str(error)
            raise type(error)(
                self._redactor.clean(text if text.startswith(self.account) else f"{place}: {text}")
            ) from None

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: bytes | None,
        bucket: TokenBucket,
        accept: str | None,
    ) -> Answer:
        def send(header: str | None) -> Answer:
            url = ((self._address() if self._address else None) or self.base_url) + path
            return self._transport.send(method, url, authorization=header, params=params, body=body, accept=accept)

        header = self._auth.header()
        answer = send(header)
        if answer.status == 401 and header is not None and self._auth.renew(header):
            self._wait_for(bucket)
            answer = send(self._auth.header())
        return answer

    def _wait_for(self, bucket: TokenBucket) -> None:
        seconds = bucket.take()
        if seconds > 0:
            self._transport.waited(seconds)
            self._timing.sleep(seconds)

    def _judge(self, answer: Answer, bucket: TokenBucket, read: Callable[[Answer], T]) -> T:
        if answer.ok:
            return read(answer)
        failure = self._dialect.failure(answer) or transient_status(answer) or refusal(answer)
        if isinstance(failure, RateLimited) and failure.wait is not None:
            bucket.pause(min(failure.wait, self._retries.longest_asked_wait))
        raise failure

    def _json(self, answer: Answer) -> Any:
        try:
            body = answer.json()
        except NotJson as error:
            raise BrokenAnswer(f"answered {error}") from None
        told = self._dialect.told(body) if isinstance(self._dialect, TellsInBody) else None
        if told is not None:
            raise told
        return body


def refusal(answer: Answer) -> ConnectorError:
    """The error behind a status that no further try will change."""
    said = f"answered {answer.status} ({answer.excerpt()})"
    if answer.status == 401:
        return CredentialsError(f"{said}; the token is wrong, expired or revoked")
    if 300 <= answer.status < 400:
        where = answer.headers.get("location", "nowhere")
        return BadAnswer(f"redirected to {where}; put the address of the API itself into base_url")
    if answer.status == 403 and not answer.error_body():
        return ConnectorError(f"{said}; a firewall or proxy in front of the API refuses us, not the API itself")
    return ConnectorError(said)
