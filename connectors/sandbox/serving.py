"""Speaks HTTP/1.1 with keep-alive on a loopback port for every simulated CRM, and spoils answers where a fault says so.

Sockets only; what is answered stands in each CRM's folder.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

import orjson

from connectors.sandbox.faults import Faults, strikes
from connectors.sandbox.odd import oddly
from connectors.sandbox.wire import Answer, RefusedError, Request

HTML: Final = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
LINGER_NOT: Final = struct.pack("ii", 1, 0)
REASONS: Final = {200: "OK", 201: "Created", 204: "No Content", 207: "Multi-Status", 429: "Too Many Requests"}


class Account(Protocol):
    """Whoever a request's credentials stand for."""

    @property
    def faults(self) -> Faults:
        """How it misbehaves at present."""

    def number(self, request: Request) -> int:
        """Count a request; returns its number."""

    def sent(self, size: int) -> None:
        """Count what went over the wire."""

    def answer(self, request: Request) -> Answer:
        """The answer, limits being kept. Raises RefusedError."""

    def headers(self, request: Request) -> dict[str, str]:
        """What every answer of the account says of its limits."""

    def too_many(self, request: Request) -> RefusedError:
        """The CRM's refusal of one request too many."""


class Face(Protocol):
    """A simulated CRM: lets requests in, or answers what belongs to no account (tokens, its own knobs)."""

    def enter(self, request: Request) -> Account | Answer:
        """The account of the request, or an answer at once. Raises RefusedError."""

    def broken(self, message: str = "internal error") -> RefusedError:
        """The CRM's way to say that it failed itself."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 600

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it so
        """Say nothing: the caller has its own log."""

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(method, parts.path, parts.query, headers, body)
        face = cast(_Server, self.server).face
        account: Account | None = None
        number = 0
        try:
            entered = face.enter(request)
            if isinstance(entered, Answer):
                answer = entered
            else:
                account = entered
                number = account.number(request)
                self._strike_first(face, account, number, request)
                answer = account.answer(request)
        except RefusedError as refused:
            answer = refused.answer
        except Exception as error:  # noqa: BLE001 - a simulated CRM fails as the real one does, and says why
            answer = face.broken(f"{type(error).__name__}: {error}").answer
        self._send(account, number, request, answer)

    def _strike_first(self, face: Face, account: Account, number: int, request: Request) -> None:
        faults = account.faults
        if faults.latency_seconds:
            time.sleep(faults.latency_seconds)
        if faults.only_path not in request.asked:
            return
        if strikes(faults.hang_every, number):
            cast(_Server, self.server).closing.wait(faults.hang_seconds)
        if strikes(faults.too_many_every, number):
            raise account.too_many(request)
        if strikes(faults.server_error_every, number):
            raise face.broken()

    def _send(self, account: Account | None, number: int, request: Request, answer: Answer) -> None:
        content = answer.content if isinstance(answer.content, bytes) else _written(answer, account, number)
        headers, content_type, status = answer.headers, answer.content_type, answer.status
        keep = len(content)
        if account is not None:
            faults = account.faults
            headers = {**account.headers(request), **headers}
            if faults.only_path in request.asked:
                if strikes(faults.reset_every, number):
                    self._reset()
                    return
                if strikes(faults.html_every, number):
                    status, content, content_type = 502, HTML, "text/html"
                    keep = len(content)
                if strikes(faults.truncate_every, number):
                    keep = len(content) // 2
            account.sent(keep)
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Refused')}", f"Content-Type: {content_type}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if status != 204:
            lines.append(f"Content-Length: {len(content)}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + (b"" if status == 204 else content[:keep]))
        if keep < len(content):
            self.close_connection = True

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.close_connection = True
        self.connection.close()


def _written(answer: Answer, account: Account | None, number: int) -> bytes:
    """The answer's JSON, with nonsense in it where a fault says so."""
    faults = account.faults if account is not None and answer.status == 200 else Faults()
    if not faults.odd_every:
        return orjson.dumps(answer.content)
    chance = Random(f"{faults.odd_seed} {number}")
    odd = oddly(orjson.loads(orjson.dumps(answer.content)), chance, faults.odd_every, faults.odd_keep)
    return json.dumps(odd).encode()  # which knows numbers of any size


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    face: Face
    closing: threading.Event

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up (or that we hung up on) is everyday life here."""


class LoopbackServer:
    """A face at a loopback port, answering until `close`."""

    def __init__(self, face: Face, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.face, self._server.closing = face, threading.Event()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and let hanging answers go."""
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
