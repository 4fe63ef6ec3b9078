"""A server inside the test: answers of a script or of a function instead of a socket, and time that only we move."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import orjson
from requests.adapters import BaseAdapter
from requests.models import PreparedRequest, Response
from urllib3 import HTTPResponse

from connectors.http.bucket import TokenBucket
from connectors.http.redact import Redactor
from connectors.http.retry import Timing
from connectors.http.session import MAIN, HttpSession
from connectors.http.transport import Transport

GOOD = (200, {"results": []})
Reply = Exception | tuple[int, object] | tuple[int, object, Mapping[str, str]]


class Hands:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def timing(self) -> Timing:
        return Timing(self.sleep, lambda: self.now, lambda: 1.0)


class FakeAdapter(BaseAdapter):
    """Calls `reply(request)`; its result becomes the response, an exception is raised."""

    def __init__(self, reply: Callable[[PreparedRequest], Reply]) -> None:
        super().__init__()
        self.reply = reply
        self.sent: list[PreparedRequest] = []

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None) -> Response:
        self.sent.append(request)
        reply = self.reply(request)
        if isinstance(reply, Exception):
            raise reply
        return response(request, *reply)

    def close(self) -> None:
        """Nothing is open."""


def response(request: PreparedRequest, status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    given = {"content-type": "application/json", **(headers or {})}
    made = Response()
    made.status_code, made.url, made.request = status, request.url or "", request
    made.headers.update(given)
    made.raw = HTTPResponse(io.BytesIO(content), headers=given, status=status, preload_content=False)
    return made


def script(*replies: Reply) -> Callable[[PreparedRequest], Reply]:
    """Replies one after another; the last one for ever."""
    rest = list(replies)
    return lambda _: rest.pop(0) if len(rest) > 1 else rest[0]


class Plain:
    """A dialect without any words of its own."""

    def limits(self, answer):
        from connectors.http.bucket import Limits

        return Limits()

    def failure(self, answer):
        return None


class Header:
    """An Auth that always gives the same header."""

    def __init__(self, text: str = "Bearer canary-token-123456") -> None:
        self.text = text

    def header(self) -> str:
        return self.text

    def renew(self, refused: str) -> bool:
        return False


def session(reply, hands: Hands | None = None, **changes) -> tuple[HttpSession, FakeAdapter, Hands]:
    hands = hands or Hands()
    adapter = FakeAdapter(reply)
    redactor = Redactor()
    redactor.learn("canary-token-123456")
    given = {
        "auth": Header(),
        "dialect": Plain(),
        "transport": Transport(hands.timing(), adapter=adapter),
        "lanes": {MAIN: TokenBucket(1000, 1, hands.timing().monotonic)},
        "redactor": redactor,
        "timing": hands.timing(),
        **changes,
    }
    return HttpSession("emea", "https://crm.test", **given), adapter, hands
