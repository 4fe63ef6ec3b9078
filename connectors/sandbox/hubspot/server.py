"""Speaks HTTP/1.1 with keep-alive on a loopback port, and spoils answers where a knob says so.

Sockets only; what is answered stands in `app`.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qsl, urlsplit

import orjson

from connectors.sandbox.hubspot import edits
from connectors.sandbox.hubspot.accounts import Account, Accounts
from connectors.sandbox.hubspot.app import App
from connectors.sandbox.hubspot.errors import Answer, RefusedError, broken, too_many
from connectors.sandbox.hubspot.knobs import Knobs
from connectors.sandbox.hubspot.portal import KEPT_STORIES, Portal
from connectors.sandbox.organisation import Organisation

HTML: Final = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
LINGER_NOT: Final = struct.pack("ii", 1, 0)
REASONS: Final = {200: "OK", 207: "Multi-Status", 429: "Too Many Requests"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 600

    @property
    def sandbox(self) -> Sandbox:
        return cast(_Server, self.server).sandbox

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it so
        """Say nothing: the caller has its own log."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        app = self.sandbox.app
        account: Account | None = None
        number, is_search = 0, parts.path.endswith("/search")
        try:
            if parts.path.startswith("/_sandbox/"):
                answer = app.own(parts.path, body)
            elif parts.path in ("/oauth/v1/token", "/oauth/2026-03/token"):
                answer = app.accounts.refresh(dict(parse_qsl(body.decode())))
            else:
                account = app.account({"authorization": self.headers.get("Authorization") or ""})
                number = account.limits.number(f"{method} {parts.path}")
                answer = self._admitted(account, number, method, parts.path, parts.query, body)
        except RefusedError as refused:
            answer = refused.answer
        except Exception as error:  # noqa: BLE001 - a simulated HubSpot fails as HubSpot does, and says why
            answer = broken(f"{type(error).__name__}: {error}").answer
        self._send(account, number, parts.path, answer, is_search=is_search)

    def _admitted(self, account: Account, number: int, method: str, path: str, query: str, body: bytes) -> Answer:
        knobs = account.portal.knobs
        is_search = path.endswith("/search")
        if knobs.latency_seconds:
            time.sleep(knobs.latency_seconds)
        if knobs.only_path in path:
            if _strikes(knobs.hang_every, number):
                self.sandbox.closing.wait(knobs.hang_seconds)
            if _strikes(knobs.too_many_every, number):
                raise too_many("SECONDLY" if is_search else "TEN_SECONDLY_ROLLING", knobs.retry_after_seconds)
            if _strikes(knobs.server_error_every, number):
                raise broken()
        account.limits.admit(knobs, is_search=is_search)
        return self.sandbox.app.answer(account, method, path, dict(parse_qsl(query)), body)

    def _send(self, account: Account | None, number: int, path: str, answer: Answer, *, is_search: bool) -> None:
        content = answer.content if isinstance(answer.content, bytes) else orjson.dumps(answer.content)
        headers, content_type, status = answer.headers, answer.content_type, answer.status
        keep = len(content)
        if account is not None:
            knobs = account.portal.knobs
            headers = {**account.limits.headers(knobs, is_search=is_search), **headers}
            if knobs.only_path in path:
                if _strikes(knobs.reset_every, number):
                    self._reset()
                    return
                if _strikes(knobs.html_every, number):
                    status, content, content_type = 502, HTML, "text/html"
                    keep = len(content)
                if _strikes(knobs.truncate_every, number):
                    keep = len(content) // 2
            account.limits.sent(keep)
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Refused')}", f"Content-Type: {content_type}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(content)}", "", ""]
        self.wfile.write("\r\n".join(lines).encode() + content[:keep])
        if keep < len(content):
            self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.close_connection = True
        self.connection.close()


def _strikes(every: int, number: int) -> bool:
    return bool(every) and number % every == 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    sandbox: Sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up (or that we hung up on) is everyday life here."""


class Sandbox:
    """Running portals. Use it as a context manager, or call `close`."""

    def __init__(self, portals: Mapping[str, Portal], port: int, clock: Callable[[], float]) -> None:
        self.app = App(Accounts(portals, clock))
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.sandbox = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def portal(self, token: str) -> Portal:
        """The portal of a token: its stories and truth."""
        return self.app.accounts.by_token[token].portal

    def apply(self, token: str, edit: edits.Edit) -> str:
        """Carry out an edit; returns the id of the deal that stands for the result."""
        account = self.app.accounts.by_token[token]
        return edits.apply(account.portal, account.index, edit)

    def touch_everything(self, token: str) -> None:
        """All deals of a portal get one modification date, as after an edit of their pipeline."""
        account = self.app.accounts.by_token[token]
        account.portal.touch_everything()
        account.index.forget()

    def turn(self, token: str | None = None, **knobs: Any) -> None:
        """Turn knobs of one portal, or of all."""
        self.app.turn(token, knobs)

    def stats(self, token: str) -> dict[str, Any]:
        """Requests and bytes so far, and requests by kind."""
        return self.app.stats(token)

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and let hanging answers go."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def start_sandbox(
    portals: Mapping[str, Organisation],
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
    keep: int = KEPT_STORIES,
) -> Sandbox:
    """Serve each organisation as the portal of its bearer token, on a free loopback port unless one is given.

    `clock` (seconds) drives the rate limits, the search's lag, late rows and the life of access tokens.
    `keep` stories of each portal stay in memory (4 kB each); a whole portal kept answers several times faster.
    """
    each = {
        token: Portal(organisation, replace(knobs or Knobs()), clock, keep) for token, organisation in portals.items()
    }
    return Sandbox(each, port, clock)
