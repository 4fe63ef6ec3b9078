"""HubSpot's refusals in words for the operator: wrong token, missing scope, limits; and OAuth's ways to fail."""

from __future__ import annotations

import logging
import threading

import pytest
import requests.exceptions as wrong

from connectors.contract import (
    BadAnswer,
    BadInput,
    ConnectorError,
    CredentialsError,
    MissingScopeError,
    QuotaExhausted,
    Unreachable,
)
from connectors.http.auth import AppCredentials, OAuthRefresh, TokenEndpoint
from connectors.http.redact import Redactor, Secret
from connectors.http.token_file import TokenFile
from connectors.http.transport import Transport
from connectors.hubspot.__main__ import main
from tests.connectors.http_fakes import FakeAdapter, Hands, script
from tests.connectors.hubspot.fake_hubspot import START, TOKEN, FakeHubSpot, connect, read_all, stream


def test_a_wrong_token_names_the_variable_to_mend():
    with pytest.raises(CredentialsError, match=r"emea: .*refused the token.*environment variable EMEA_TOKEN"):
        read_all(connect(FakeHubSpot(), env={"EMEA_TOKEN": "pat-eu1-other"}), "owners")


def test_an_absent_or_mangled_variable_is_named_before_anything_is_sent():
    for env, says in (({"X": "1"}, "is not set"), ({"EMEA_TOKEN": "two words"}, "characters")):
        with pytest.raises(CredentialsError, match=f"EMEA_TOKEN.*{says}"):
            connect(FakeHubSpot(), env=env)


def test_a_missing_scope_is_named():
    fake = FakeHubSpot()
    fake.forbidden = {"quotes"}
    connector = connect(fake)
    with pytest.raises(MissingScopeError, match=r"crm\.objects\.quotes\.read"):
        read_all(connector, "quotes")
    with pytest.raises(MissingScopeError):
        connector.count(stream(connector, "quotes"))
    assert read_all(connector, "line_items") == []


def test_the_end_of_the_day_s_calls_ends_the_night_at_once():
    fake = FakeHubSpot()
    fake.faults["/owners"] = [(429, {"policyName": "DAILY", "errorType": "RATE_LIMIT"})]
    connector = connect(fake)
    connector.streams()  # which asks once what properties there are
    before = connector.traffic.requests
    with pytest.raises(QuotaExhausted, match="midnight"):
        read_all(connector, "owners")
    assert connector.traffic.requests == before + 1


@pytest.mark.parametrize(("policy", "seconds"), [("TEN_SECONDLY_ROLLING", 10), ("SECONDLY", 1)])
def test_short_limits_are_waited_out(policy, seconds):
    fake, hands = FakeHubSpot(), Hands()
    fake.faults["/owners"] = [(429, {"policyName": policy})]
    read_all(connect(fake, hands), "owners")
    assert sum(hands.slept) == pytest.approx(seconds, rel=0.2)


def test_the_reserve_of_the_day_is_kept_by_the_headers():
    fake = FakeHubSpot()
    fake.headers |= {"x-hubspot-ratelimit-daily": "250000", "x-hubspot-ratelimit-daily-remaining": "25000"}
    with pytest.raises(QuotaExhausted, match="25000 requests are left of today's 250000"):
        read_all(connect(fake), "owners")


def test_the_bucket_follows_the_headers_and_keeps_the_search_apart():
    fake, hands = FakeHubSpot(), Hands()
    fake.headers = {
        "x-hubspot-ratelimit-max": "110",
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-secondly": "11",
    }
    fake.deals(5000)
    began = hands.now
    read_all(connect(fake, hands, options={}), "deals")
    assert 8.0 <= 101 / (hands.now - began) <= 11.0
    began = hands.now
    connector = connect(fake, hands, options={})
    for _ in range(20):
        connector.count(stream(connector, "deals"))
    assert 4.0 <= 20 / (hands.now - began) <= 5.0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (wrong.ReadTimeout(), Unreachable),
        (wrong.ConnectionError(ConnectionResetError(104, "Connection reset by peer")), Unreachable),
        (wrong.ChunkedEncodingError("cut"), BadAnswer),
        ((200, b'{"results": [{"id": "1"'), BadAnswer),
        ((200, b"<html>hello</html>"), BadAnswer),
        ((502, b"<html>Bad gateway</html>"), Unreachable),
        ((403, b"<html>Cloudflare</html>"), ConnectorError),
        ((477, {"message": "migration"}), Unreachable),
    ],
    ids=str,
)
@pytest.mark.parametrize("where", ["/objects/deals/search", "/objects/deals/batch", "/properties/", "/associations/"])
def test_every_kind_of_failure_at_every_kind_of_call_yields_no_half_page(fault, error, where, caplog):
    caplog.set_level(logging.DEBUG)
    fake = FakeHubSpot()
    fake.deals(260)
    fake.links = {("deals", "contacts", 1): [1]}
    name = "associations:deals:contacts" if "assoc" in where else "deals"
    whole = [r.id for r in read_all(connect(fake), name, START)]
    if not isinstance(fault, tuple) or fault[0] != 403:  # once: tried again
        fake.faults[where] = [fault]
        assert [r.id for r in read_all(connect(fake), name, START)] == whole
    fake.faults[where] = [fault] * 99
    with pytest.raises(error, match=r"emea: (GET|POST) https://api.test/crm/") as caught:
        read_all(connect(fake), name, START)
    assert "canary" not in str(caught.value)
    assert "canary" not in caplog.text


def test_the_probe_says_who_what_and_how_much(capsys):
    fake = FakeHubSpot()
    fake.deals(120)
    fake.forbidden = {"quotes"}
    fake.headers |= {"x-hubspot-ratelimit-daily": "250000", "x-hubspot-ratelimit-daily-remaining": "249000"}
    lines = connect(fake, read_fields=["budget_x"]).probe()
    text = "\n".join(lines)
    assert "portal 4711" in text
    assert "deals: 120 live; the first sync takes about 3 calls" in text
    assert "no property 'budget_x'" in text
    assert "quotes: NOT readable" in text
    assert "crm.objects.quotes.read" in text
    assert "meetings: readable" in text
    assert "249,000 of 250,000 calls left today, of which 25,000 are kept" in text
    assert "canary" not in text
    with pytest.raises(CredentialsError):
        connect(fake, env={"EMEA_TOKEN": "wrong-token"}).probe()


def test_the_command_line_shows_an_example_and_ends_in_words(capsys, monkeypatch):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "HUBSPOT_TOKEN=... python -m connectors.hubspot --probe" in capsys.readouterr().out
    monkeypatch.delenv("NO_SUCH", raising=False)
    assert main(["--probe", "--token-env", "NO_SUCH"]) == 1
    assert "NO_SUCH is not set" in capsys.readouterr().err
    monkeypatch.setenv("SOME_TOKEN", "x" * 20)
    assert main(["--probe", "--token-env", "SOME_TOKEN", "--base-url", "http://crm.example"]) == 1
    assert "unencrypted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"base_url": "https://user:pw@api.test"}, "take the credentials out"),
        ({"base_url": "http://api.test"}, "unencrypted"),
        ({"base_url": "api.test"}, "not a web address"),
        ({"credentials": {"client_id": "A"}}, "client_secret and refresh_token missing"),
        ({"options": {"overlap": 5, "timeout_seconds": "x"}}, "'overlap' is not an option.*timeout_seconds: 'x'"),
        ({"options": {"open_deals_reread": True}}, "not a number from 0 to 10000"),
        ({"fields": {"budget": "Budget Confirmed"}}, "'Budget Confirmed' can't be the internal name"),
        ({"read_fields": [f"custom_property_{n}" for n in range(200)]}, "the names of 200 properties"),
    ],
)
def test_wrong_settings_are_named(changes, says):
    with pytest.raises(BadInput, match=says):
        connect(FakeHubSpot(), **changes)


def oauth(reply, hands=None, store=None):
    hands = hands or Hands()
    adapter = FakeAdapter(reply)
    transport = Transport(hands.timing(), adapter=adapter)
    endpoint = TokenEndpoint("emea", "https://api.test/oauth/v1/token", transport, Redactor(), hands.timing())
    app = AppCredentials("app", Secret("canary-client-secret"), Secret("canary-refresh-1"))
    auth = OAuthRefresh(endpoint, app, store=store)
    return auth, adapter, hands


def test_an_access_token_is_fetched_once_for_many_threads_and_renewed_before_it_expires():
    numbers = iter(range(100))
    auth, adapter, hands = oauth(lambda _: (200, {"access_token": f"access-{next(numbers)}", "expires_in": 1800}))
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(auth.header())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["Bearer access-0"] * 8
    hands.now += 1600
    assert auth.header() == "Bearer access-0"
    hands.now += 100
    assert auth.header() == "Bearer access-1"
    assert auth.renew("Bearer access-0")  # another thread's 401 of the old token costs no further refresh
    assert len(adapter.sent) == 2
    assert "canary" not in adapter.sent[0].url
    assert "refresh_token=canary-refresh-1" in adapter.sent[0].body.decode()


def test_a_new_refresh_token_is_stored_before_the_new_access_token_is_used(tmp_path):
    store = TokenFile(tmp_path / "secrets" / "token")
    replies = script(
        (200, {"access_token": "access-1", "refresh_token": "canary-refresh-2", "expires_in": 1800}),
        (200, {"access_token": "access-2", "expires_in": 1800}),
    )
    auth, adapter, _ = oauth(replies, store=store)
    auth.header()
    assert store.load() == "canary-refresh-2"
    assert (tmp_path / "secrets" / "token").stat().st_mode & 0o077 == 0
    auth.renew("Bearer access-1")
    assert "canary-refresh-2" in adapter.sent[1].body.decode()
    later, adapter, _ = oauth(script((200, {"access_token": "access-3"})), store=store)
    later.header()
    assert "canary-refresh-2" in adapter.sent[0].body.decode()

    class Full:
        def load(self):
            return None

        def save(self, refresh_token):
            raise OSError("disk full")

    broken, _, _ = oauth(script((200, {"access_token": "a", "refresh_token": "canary-3"})), store=Full())
    with pytest.raises(OSError, match="disk full"):
        broken.header()


def test_a_dead_grant_is_asked_once_and_never_again():
    auth, adapter, _ = oauth(script((400, {"error": "invalid_grant", "message": "canary-refresh-1 was revoked"})))
    for _ in range(3):
        with pytest.raises(CredentialsError, match=r"invalid_grant.*Authorise the app again") as caught:
            auth.header()
        assert "canary" not in str(caught.value)
    assert len(adapter.sent) == 1


def test_the_token_endpoint_s_passing_failures_are_tried_again_and_lasting_ones_named():
    auth, _adapter, _ = oauth(script((503, {}), (200, b"<html>"), (200, {"access_token": "a-1"})))
    assert auth.header() == "Bearer a-1"
    auth, _, _ = oauth(script((503, {})))
    with pytest.raises(Unreachable, match="emea"):
        auth.header()
    auth, _, _ = oauth(script((200, {"token_type": "bearer"})))
    with pytest.raises(BadAnswer, match="no access token"):
        auth.header()


def test_an_access_token_that_is_refused_is_renewed_once():
    fake = FakeHubSpot()
    fake_reply = fake.__call__
    tokens = iter(["stale-access-token", TOKEN])

    def reply(request):
        if "/oauth/" in request.url:
            return 200, {"access_token": next(tokens), "expires_in": 1800}
        return fake_reply(request)

    env = {"ID": "app", "SECRET": "canary-client-secret", "REFRESH": "canary-refresh-1"}
    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    connector = connect(reply, env=env, credentials=names)
    assert len(read_all(connector, "owners")) == 3
    tokens = iter(["stale-1-token", "stale-2-token"])
    with pytest.raises(CredentialsError, match="ID and SECRET and REFRESH"):
        read_all(connect(reply, env=env, credentials=names), "owners")
