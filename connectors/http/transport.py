"""One request on the wire, and what can go wrong with it there as types.

Here belongs everything that touches `requests`. Retries, limits and meaning of an answer are the session's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

import requests
from requests import exceptions as wrong
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase
from requests.models import PreparedRequest, Response

from connectors.contract import BadInput, Traffic, Unreachable
from connectors.http.answers import Answer
from connectors.http.failures import BrokenAnswer, NoConnection, TimedOut
from connectors.http.retry import Timing

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds to connect, between two parts of an answer, and for the whole answer."""

    connect: float = 10.0
    read: float = 60.0
    whole: float = 180.0

    @classmethod
    def around(cls, read: float) -> TimeLimits:
        """The limits of who waits `read` seconds for the next part of an answer."""
        return cls(min(10.0, read), read, 3 * read)


class _Header(AuthBase):
    """Sets the credential's header last; otherwise `requests` would add an Authorization from a ~/.netrc entry."""

    def __init__(self, name: str, value: str | None) -> None:
        self._name, self._value = name, value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._value is not None:
            request.headers[self._name] = self._value
        return request


class Transport:
    """A pool of kept connections to one host, its time limits and its traffic.

    `credential_header` is the header that carries what `Auth` gives, where a CRM wants another one than Authorization.
    """

    def __init__(
        self,
        timing: Timing,
        *,
        limits: TimeLimits | None = None,
        adapter: BaseAdapter | None = None,
        agent: str = "plumbline",
        headers: Mapping[str, str] | None = None,
        credential_header: str = "Authorization",
    ) -> None:
        """`headers` go with every request; credentials don't belong there but into `authorization`."""
        self.traffic = Traffic()
        self._credential_header = credential_header
        self._timing = timing
        self._limits = limits or TimeLimits()
        self._lock = Lock()
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": agent, "Accept": "application/json", **(headers or {})})
        # No retries below us: they are decided in one place, the session.
        adapter = adapter or HTTPAdapter(pool_connections=2, pool_maxsize=8, max_retries=0)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def send(
        self,
        method: str,
        url: str,
        *,
        authorization: str | None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str | None = None,
    ) -> Answer:
        """Send and return the whole answer, whatever its status. Raises Transient failures, Unreachable, BadInput."""
        return self._guard(lambda: self._send(method, url, authorization, params, body, content_type, accept), url)

    def waited(self, seconds: float) -> None:
        """Count time spent waiting for limits and retries."""
        with self._lock:
            self.traffic.waited_seconds += seconds

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _send(
        self,
        method: str,
        url: str,
        authorization: str | None,
        params: Mapping[str, str] | None,
        body: bytes | None,
        content_type: str,
        accept: str | None,
    ) -> Answer:
        with self._lock:
            self.traffic.requests += 1
        started = self._timing.monotonic()
        response = self._session.request(
            method,
            url,
            params=params,
            data=body,
            headers=_headers(body, content_type, accept),
            auth=_Header(self._credential_header, authorization),
            timeout=(self._limits.connect, self._limits.read),
            stream=True,
            allow_redirects=False,  # the token must not follow to another host
        )
        with response:
            content = self._whole_body(response, started)
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, content)

    def _whole_body(self, response: Response, started: float) -> bytes:
        # Read in parts: a server that drips a byte a minute never meets the read limit, only this one.
        parts: list[bytes] = []
        size = 0
        try:
            for part in response.iter_content(_CHUNK):
                parts.append(part)
                size += len(part)
                if self._timing.monotonic() - started > self._limits.whole:
                    raise TimedOut(f"the answer was not complete after {self._limits.whole:g} s")
        finally:
            with self._lock:
                self.traffic.bytes += size
        return b"".join(parts)

    def _guard(self, send: Callable[[], Answer], url: str) -> Answer:
        """Turn what `requests` raises into our types. Its texts are left out where they add only noise."""
        try:
            return send()
        except wrong.SSLError as error:
            raise Unreachable(f"{url}: the TLS certificate was not accepted ({_innermost(error)})") from None
        except wrong.ProxyError as error:
            raise NoConnection(f"the proxy failed ({_innermost(error)})") from None
        except wrong.ConnectTimeout:
            raise TimedOut(f"no connection within {self._limits.connect:g} s") from None
        except wrong.Timeout:
            raise TimedOut(f"no answer within {self._limits.read:g} s") from None
        except (wrong.ChunkedEncodingError, wrong.ContentDecodingError) as error:
            raise BrokenAnswer(f"the answer broke off ({_innermost(error)})") from None
        except wrong.ConnectionError as error:
            # Reading a body that stalls is reported as a ConnectionError as well.
            if "timed out" in str(error).lower():
                raise TimedOut(f"no answer within {self._limits.read:g} s") from None
            raise NoConnection(f"no connection ({_innermost(error)})") from None
        except (wrong.InvalidURL, wrong.MissingSchema, wrong.InvalidSchema) as error:
            raise BadInput(f"base_url {url!r} is not a web address ({_innermost(error)})") from None


def _headers(body: bytes | None, content_type: str, accept: str | None) -> dict[str, str]:
    headers = {"Content-Type": content_type} if body is not None else {}
    return {**headers, "Accept": accept} if accept else headers


def _innermost(error: BaseException) -> str:
    """The plainest words in a nest of exceptions: 'Connection refused' out of three layers of pool messages."""
    seen: list[BaseException] = []
    inner: object = error
    while isinstance(inner, BaseException) and inner not in seen:
        seen.append(inner)
        following = getattr(inner, "reason", None)
        inner = following if isinstance(following, BaseException) else (inner.args[0] if inner.args else None)
        if not isinstance(inner, BaseException):
            deeper = [arg for arg in seen[-1].args if isinstance(arg, BaseException)]
            inner = deeper[-1] if deeper else None
    last = seen[-1]
    if not last.args:
        return type(last).__name__
    text = last.args[-1] if isinstance(last.args[-1], str) else str(last)
    return text.rsplit(": ", 1)[-1] if "object at 0x" in text or text.startswith("HTTP") else text
