"""Salesforce's refusals in words for the operator, its ways to a token, and its limits."""

from __future__ import annotations

import base64

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.contract import (
    BadAnswer,
    BadInput,
    ConnectorError,
    CredentialsError,
    MissingScopeError,
    QuotaExhausted,
)
from connectors.salesforce.__main__ import main
from connectors.salesforce.options import RULES, option_faults
from tests.connectors.salesforce.fake_salesforce import (
    CLIENT,
    SESSION,
    FakeSalesforce,
    connect,
    error,
    read_all,
    stream,
)

KEY = generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
JWT = {"client_id": "ID", "username": "WHO", "private_key": "KEY"}
REFRESH = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}


@pytest.fixture
def fake() -> FakeSalesforce:
    fake = FakeSalesforce()
    fake.deals(3)
    return fake


def count(connector) -> int:
    return connector.count(stream(connector, "opportunities"))


def decoded(part: str):
    return orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_jwt_is_signed_for_the_user_and_holds_for_minutes(fake):
    env = {"ID": CLIENT, "WHO": "sync@acme.test", "KEY": PEM.replace("\n", "\\n")}
    assert count(connect(fake, env=env, credentials=JWT)) == 3
    form = fake.tokens[0]
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = form["assertion"].split(".")
    assert decoded(head)["alg"] == "RS256"
    told = decoded(claims)
    assert (told["iss"], told["sub"], told["aud"]) == (CLIENT, "sync@acme.test", "https://login.salesforce.com")
    assert told["exp"] == 1773187380
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    KEY.public_key().verify(raw, f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


def test_a_key_may_stand_in_a_file_and_is_never_shown(fake, tmp_path):
    (tmp_path / "key.pem").write_text(PEM)
    env = {"ID": CLIENT, "WHO": "sync@acme.test", "KEY": str(tmp_path / "key.pem")}
    assert count(connect(fake, env=env, credentials=JWT)) == 3
    for wrong in ("-----BEGIN PRIVATE KEY-----\\nc2VjcmV0LWNhbmFyeQ==", "secret-canary", ""):
        with pytest.raises(CredentialsError, match=r"emea.*variable KEY") as caught:
            connect(fake, env={**env, "KEY": wrong}, credentials=JWT)
        assert "canary" not in str(caught.value)
        assert "c2VjcmV0" not in str(caught.value)


def test_a_rotated_refresh_token_is_stored_before_it_is_used(fake, tmp_path):
    env = {"ID": CLIENT, "SECRET": "canary-secret-1", "REFRESH": "first-refresh-token"}
    options = {"refresh_token_file": "secrets/emea"}
    rotated = {"access_token": SESSION, "refresh_token": "second-refresh-token"}
    fake.faults = [("oauth2/token", (200, rotated)), ("describe", error(503, "SERVER_UNAVAILABLE"))]
    assert count(connect(fake, env=env, credentials=REFRESH, options=options, workspace=tmp_path)) == 3
    assert (tmp_path / "secrets" / "emea").read_text() == "second-refresh-token"
    assert count(connect(fake, env=env, credentials=REFRESH, options=options, workspace=tmp_path)) == 3
    assert fake.tokens[-1]["refresh_token"] == "second-refresh-token"


def test_a_dead_grant_is_asked_once(fake):
    env = {"ID": CLIENT, "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-token"}
    refusal = {"error": "invalid_grant", "error_description": "expired access/refresh token"}
    fake.faults = [("oauth2/token", (400, refusal))]
    connector = connect(fake, env=env, credentials=REFRESH)
    for _ in range(3):
        with pytest.raises(CredentialsError, match=r"emea.*invalid_grant.*Authorise") as caught:
            connector.streams()
        assert "canary" not in str(caught.value)
    assert fake.calls["token"] == 0


def test_an_expired_session_is_renewed_once(fake):
    connector = connect(fake)
    assert count(connector) == 3
    fake.faults = [("queryAll", error(401, "INVALID_SESSION_ID"))]
    assert count(connector) == 3
    assert fake.calls["token"] == 2
    fake.faults = [("queryAll", error(401, "INVALID_SESSION_ID"))] * 2
    with pytest.raises(CredentialsError, match=r"emea.*INVALID_SESSION_ID.*API Enabled"):
        count(connector)


def test_an_instance_without_encryption_is_refused(fake):
    fake.faults = [("oauth2/token", (200, {"access_token": SESSION, "instance_url": "http://evil.test"}))]
    with pytest.raises(BadAnswer, match="not https"):
        count(connect(fake))


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (error(403, "REQUEST_LIMIT_EXCEEDED"), QuotaExhausted, "24 hours"),
        (error(400, "TXN_SECURITY_METERING_ERROR"), QuotaExhausted, "policy"),
        (error(400, "OPERATION_TOO_LARGE"), ConnectorError, "View All Data"),
        (error(403, "API_DISABLED_FOR_ORG"), CredentialsError, "edition"),
        (error(400, "INVALID_TYPE"), MissingScopeError, "not licensed"),
        (error(400, "MALFORMED_QUERY", "unexpected token"), ConnectorError, "unexpected token"),
        ((200, {"totalSize": 1, "done": False, "records": []}), BadAnswer, "no next page"),
        ((200, []), BadAnswer, "list"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refusals_are_named_with_their_fix(fake, reply, kind, words):
    connector = connect(fake)
    deals = stream(connector, "opportunities")
    fake.faults = [("queryAll", reply)]
    with pytest.raises(kind, match=words) as caught:
        connector.count(deals)
    assert str(caught.value).startswith("emea: ")


def test_half_of_the_days_calls_are_left_to_others(fake):
    fake.usage = (8000, 15000)
    with pytest.raises(QuotaExhausted, match=r"7000 requests are left.*7500 are kept"):
        connect(fake).streams()
    assert count(connect(fake, options={"daily_reserve_percent": 10})) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"credentials": {"client_id": "ID"}}, "no way to log in"),
        ({"base_url": "http://acme.my.salesforce.com"}, "unencrypted"),
        ({"base_url": None}, "web address"),
        ({"options": {"overlap_minutes": 5, "odd": 1}}, "overlap_minutes.*odd"),
        ({"fields": {"lost_reason": "Loss Reason"}}, "API name"),
    ],
    ids=str,
)
def test_wrong_settings_are_refused_by_name(fake, changes, words):
    with pytest.raises(BadInput, match=f"connections.yml, emea.*{words}"):
        connect(fake, **changes)


def test_every_option_has_its_limits():
    assert option_faults(dict.fromkeys(RULES.names, object())).keys() == set(RULES.names)
    assert option_faults({"bulk_from_rows": 100, "login_url": "https://test.salesforce.com"}) == {}


def test_no_secret_is_in_what_is_read(fake):
    connector = connect(fake)
    read = read_all(connector, "opportunities", None)
    text = repr(read) + repr(connector.streams()) + "\n".join(connector.probe())
    assert "canary" not in text


def test_the_command_line_names_what_is_missing(capsys, monkeypatch):
    monkeypatch.delenv("SALESFORCE_CLIENT_ID", raising=False)
    assert main(["--probe", "--base-url", "https://acme.my.salesforce.com"]) == 1
    assert "SALESFORCE_CLIENT_ID" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--probe", "--base-url", "https://acme.my.salesforce.com", "--credential", "nonsense"])
