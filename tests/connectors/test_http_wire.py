"""The session over real sockets that break, hang or are not there, and over answers that drip."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from connectors.contract import (
    BadAnswer,
    ConnectorError,
    Unreachable,
)
from connectors.http.retry import Retries, Timing
from connectors.http.transport import TimeLimits, Transport
from tests.connectors.http_fakes import GOOD, Header, script, session


class _Drip(BaseHTTPRequestHandler):
    def do_GET(self):
        kind = self.path.strip("/")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"results": [')
        self.wfile.flush()
        if kind == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        elif kind == "hang":
            self.server.release.wait(10)
        self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def real_server():
    server = HTTPServer(("127.0.0.1", 0), _Drip)
    server.release = threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.release.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        ("/half", BadAnswer, "broke off"),
        ("/reset", ConnectorError, "broke off|no connection"),
        ("/hang", Unreachable, "0.2 s"),
    ],
)
def test_real_sockets_that_break_or_hang(real_server, path, error, says):
    transport = Transport(Timing(), limits=TimeLimits(1, 0.2, 5))
    http, _, _ = session(script(GOOD), transport=transport, retries=Retries(tries=1), timing=Timing())
    http.base_url = real_server
    with pytest.raises(error, match=says):
        http.get(path)
    http.close()


def test_a_host_that_is_not_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    transport = Transport(Timing(), limits=TimeLimits(1, 1, 1))
    http, _, _ = session(script(GOOD), transport=transport, retries=Retries(tries=2, first_wait=0.001), timing=Timing())
    http.base_url = f"http://127.0.0.1:{port}"
    with pytest.raises(Unreachable, match="Connection refused"):
        http.get("/x")
    assert http.traffic.requests == 2


def test_a_dripping_answer_meets_the_limit_for_the_whole():
    http, _, hands = session(script(GOOD), retries=Retries(tries=1))

    class Slow(Header):
        def header(self):
            return self.text

    def body(_):
        hands.now += 500  # between the request and the first part
        return GOOD

    http, _, hands = session(body, hands, retries=Retries(tries=1), auth=Slow())
    with pytest.raises(Unreachable, match="not complete after 180 s"):
        http.get("/x")
