"""What the session does with each kind of failure, and that it never tells a secret."""

from __future__ import annotations

import logging

import pytest
import requests.exceptions as wrong
from urllib3.exceptions import IncompleteRead, ProtocolError

from connectors.contract import (
    BadAnswer,
    BadInput,
    ConnectorError,
    CredentialsError,
    QuotaExhausted,
    Unreachable,
)
from connectors.http.failures import ServerTrouble
from connectors.http.redact import Redactor, Secret
from connectors.http.retry import Retries
from connectors.http.transport import Transport
from tests.connectors.http_fakes import GOOD, FakeAdapter, Hands, Plain, script, session

CANARY = "canary-token-123456"


@pytest.mark.parametrize(
    "trouble",
    [
        wrong.ConnectTimeout(),
        wrong.ReadTimeout(),
        wrong.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset"))),
        wrong.ChunkedEncodingError(IncompleteRead(10, 90)),
        (408, {}),
        (429, {}),
        (429, {}, {"Retry-After": "3"}),
        (500, {"message": "oops"}),
        (502, b"<html><body>Bad gateway</body></html>"),
        (503, b""),
        (200, b'{"results": [{"id": "1"'),
        (200, b""),
        (204, b""),
        (200, b"<html>Please log in</html>"),
    ],
    ids=str,
)
def test_a_passing_failure_is_tried_again(trouble):
    http, adapter, hands = session(script(trouble, trouble, GOOD))
    assert http.get("/deals") == {"results": []}
    assert len(adapter.sent) == 3
    assert len(hands.slept) == 2
    assert http.traffic.requests == 3
    assert http.traffic.waited_seconds == pytest.approx(sum(hands.slept))


@pytest.mark.parametrize(
    ("trouble", "error", "says"),
    [
        (wrong.ReadTimeout(), Unreachable, "no answer within 60 s"),
        (wrong.ConnectTimeout(), Unreachable, "no connection within 10 s"),
        (wrong.ConnectionError("refused"), Unreachable, "refused"),
        (wrong.ChunkedEncodingError("x"), BadAnswer, "broke off"),
        ((500, {"message": "oops"}), Unreachable, "oops"),
        ((429, {}), QuotaExhausted, "429"),
        ((200, b'{"results": [{"id": "1"'), BadAnswer, "not whole JSON"),
        ((200, b"<html><title>Login</title></html>", {"content-type": "text/html"}), BadAnswer, "text/html"),
        ((200, b""), BadAnswer, "empty body"),
    ],
    ids=str,
)
def test_a_lasting_failure_ends_in_an_error_that_names_account_and_request(trouble, error, says):
    http, adapter, hands = session(script(trouble))
    with pytest.raises(error) as caught:
        http.get("/deals")
    assert caught.value.retryable
    text = str(caught.value)
    assert "emea" in text
    assert "https://crm.test/deals" in text
    assert says in text
    assert "tried 6 times" in text
    assert len(adapter.sent) == 6
    # Doubling waits (chance gives all of each step): 0.5 + 1 + 2 + 4 + 8.
    assert hands.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"message": "bad filter"}, ConnectorError),
        (401, {"message": "no"}, CredentialsError),
        (403, b"<html>Attention Required! | Cloudflare</html>", ConnectorError),
        (404, {"message": "gone"}, ConnectorError),
        (302, b"", BadAnswer),
    ],
)
def test_what_no_further_try_can_change_is_asked_once(status, body, error):
    http, adapter, _ = session(script((status, body, {"location": "https://elsewhere.test/"})))
    with pytest.raises(error, match="emea"):
        http.get("/deals")
    assert len(adapter.sent) == 1


def test_a_wrong_certificate_or_address_is_asked_once():
    http, adapter, _ = session(script(wrong.SSLError("certificate verify failed")))
    with pytest.raises(Unreachable, match="certificate verify failed"):
        http.get("/deals")
    assert len(adapter.sent) == 1
    http, adapter, _ = session(script(wrong.InvalidURL("no host")))
    with pytest.raises(BadInput, match="not a web address"):
        http.get("/deals")


def test_the_server_s_wait_is_obeyed_in_seconds_and_as_a_date():
    http, _, hands = session(script((429, {}, {"Retry-After": "7"}), GOOD))
    http.get("/deals")
    assert sum(hands.slept) == pytest.approx(7, abs=0.01)
    dates = {"Retry-After": "Mon, 23 Nov 2026 10:00:09 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}
    http, _, hands = session(script((503, {}, dates), GOOD))
    http.get("/deals")
    assert hands.slept == [9.0]


def test_a_wait_of_an_hour_ends_the_night_instead():
    http, adapter, hands = session(script((429, {}, {"Retry-After": "3600"})))
    with pytest.raises(QuotaExhausted, match="asks to wait 3600 s"):
        http.get("/deals")
    assert len(adapter.sent) == 1
    assert hands.slept == []


def test_retrying_ends_when_its_seconds_are_used_up():
    http, adapter, hands = session(script((503, {})), retries=Retries(total_seconds=2))
    with pytest.raises(Unreachable):
        http.get("/deals")
    assert sum(hands.slept) <= 2
    assert len(adapter.sent) == 3


def test_the_token_goes_into_the_header_and_survives_a_netrc(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine crm.test login other password theirs\n")
    monkeypatch.setenv("NETRC", str(netrc))
    http, adapter, _ = session(script(GOOD))
    http.get("/deals", {"limit": "5"})
    assert adapter.sent[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert CANARY not in adapter.sent[0].url


def test_no_error_and_no_log_tells_a_secret(caplog):
    caplog.set_level(logging.DEBUG)
    echoes = [
        (401, {"message": f"token {CANARY} is invalid"}),
        (400, {"message": f"header was Bearer {CANARY}"}),
        (500, f"<html>Authorization: Bearer {CANARY}</html>".encode()),
        (200, f"Authorization: Bearer {CANARY}".encode(), {"content-type": "text/plain"}),
        (302, b"", {"location": f"https://x.test/?access_token={CANARY}"}),
        wrong.ConnectionError(f"https://user:{CANARY}@crm.test refused"),
    ]
    for echo in echoes:
        http, _, _ = session(script(echo))
        with pytest.raises(ConnectorError) as caught:
            http.get("/deals")
        error: BaseException | None = caught.value
        assert "[hidden]" in str(error)
        while error is not None:
            assert CANARY not in repr(error)
            error = error.__cause__
    assert CANARY not in caplog.text


def test_secrets_hide_in_texts_and_reprs():
    redactor = Redactor()
    redactor.learn("s3cr3t-value", "abc")
    assert str(Secret("s3cr3t-value")) == repr(Secret("s3cr3t-value")) == "[hidden]"
    assert redactor.clean("abc s3cr3t-value") == "abc [hidden]"
    assert "hunter2" not in redactor.clean("https://me:hunter2@host/x?client_secret=hunter2&a=1")
    assert "na1" not in redactor.clean("token pat-na1-11111111-2222-3333-4444-555555555555 expired")
    assert redactor.clean("see https://host/x?after=12") == "see https://host/x?after=12"


def test_a_number_by_itself_is_an_answer_where_the_server_calls_it_json():
    http, _, _ = session(script((200, b"6")))
    assert http.post("/count", {}) == 6
    http, _, _ = session(script((200, b"6", {"content-type": "text/html"})))
    with pytest.raises(BadAnswer, match="instead of JSON"):
        http.post("/count", {})


class Outspoken(Plain):
    """Answers 200 and tells the failure in the body."""

    def told(self, body):
        error = body.get("error")
        if error == "busy":
            return ServerTrouble("busy")
        return CredentialsError("who are you?") if error else None


def test_a_failure_told_in_the_body_of_a_200_is_tried_again_or_raised():
    http, adapter, _ = session(script((200, {"error": "busy"}), (200, {"result": 1})), dialect=Outspoken())
    assert http.post("/rpc", {"password": "not to be shown"}) == {"result": 1}
    assert len(adapter.sent) == 2
    http, _, _ = session(script((200, {"error": "no"})), dialect=Outspoken())
    with pytest.raises(CredentialsError) as caught:
        http.post("/rpc", {"password": "not to be shown"})
    assert str(caught.value) == "emea: POST https://crm.test/rpc: who are you?"


def test_headers_of_the_connection_go_with_every_request():
    hands = Hands()
    adapter = FakeAdapter(script(GOOD))
    transport = Transport(hands.timing(), adapter=adapter, headers={"X-Odoo-Database": "main"})
    http, _, _ = session(script(GOOD), hands, transport=transport)
    http.get("/deals")
    assert adapter.sent[0].headers["X-Odoo-Database"] == "main"
