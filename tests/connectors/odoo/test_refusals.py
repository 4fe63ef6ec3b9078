"""What Odoo refuses, in the words of both doors, and that neither key nor body is ever told."""

from __future__ import annotations

import logging

import orjson
import pytest

from connectors.contract import BadAnswer, BadInput, ConnectorError, CredentialsError, MissingScopeError, Unreachable
from connectors.odoo.__main__ import main
from connectors.odoo.open import open_connector
from connectors.odoo.options import RULES, option_faults
from tests.connectors.http_fakes import FakeAdapter, Hands, script
from tests.connectors.odoo.fake_odoo import (
    KEY,
    LOGIN,
    START,
    FakeOdoo,
    connect,
    failure,
    read_all,
    rpc_error,
    settings,
    stream,
)

BOTH = pytest.mark.parametrize("version", ["17.0", "19.0"])


@pytest.mark.parametrize(
    ("version", "door"),
    [("14.0", "JSON-RPC"), ("saas~18.2+e", "JSON-RPC"), ("18.0", "JSON-RPC"), ("19.0", "JSON-2"), ("22.1", "JSON-2")],
)
def test_the_version_chooses_the_door(version, door):
    connector = connect(FakeOdoo(version))
    assert f"server: Odoo {version}, asked by {door}" in connector.probe()


def test_a_password_goes_through_the_old_door_as_long_as_it_is_there():
    fake = FakeOdoo("19.0")
    connector = connect(fake, credentials={"login": "EMEA_LOGIN", "password": "EMEA_KEY"})
    assert "asked by JSON-RPC" in connector.probe()[0]


def test_a_chosen_protocol_needs_no_version():
    fake = FakeOdoo("17.0")
    connector = connect(fake, options={"protocol": "jsonrpc", "database": "main"})
    connector.count(stream(connector, "leads"))
    assert [name for name in fake.calls if "version" in name] == []


@BOTH
def test_a_wrong_key_is_refused_in_plain_words(version):
    connector = connect(FakeOdoo(version), env={"EMEA_LOGIN": LOGIN, "EMEA_KEY": "another-secret-canary"})
    with pytest.raises(CredentialsError) as caught:
        connector.probe()
    assert "EMEA_KEY" in str(caught.value)
    assert "another-secret-canary" not in str(caught.value)


def test_a_key_that_dies_during_the_night_is_refused_as_one():
    fake = FakeOdoo()
    connector = connect(fake)
    connector.probe()
    fake.by_rpc = lambda **_: {"error": rpc_error("odoo.exceptions.AccessDenied", "Access Denied")}
    with pytest.raises(CredentialsError, match="Access Denied"):
        connector.count(stream(connector, "leads"))


@BOTH
@pytest.mark.parametrize(
    ("name", "words", "error"),
    [
        ("odoo.exceptions.AccessError", "You are not allowed to access 'Lead' (crm.lead) records.", MissingScopeError),
        ("odoo.exceptions.UserError", "Object crm.nope doesn't exist", MissingScopeError),
        ("werkzeug.exceptions.NotFound", "the model 'crm.nope' does not exist", MissingScopeError),
        ("builtins.ValueError", "Invalid field crm.lead.nope in leaf ('nope', '=', 1)", MissingScopeError),
        ("builtins.TypeError", "search_read() got an unexpected keyword", ConnectorError),
        ("psycopg2.OperationalError", 'FATAL: database "x" does not exist', BadInput),
    ],
)
def test_what_no_further_try_will_change_is_told_at_once_and_without_a_traceback(version, name, words, error):
    fake, hands = FakeOdoo(version), Hands()
    connector = connect(fake, hands)
    connector.probe()
    reply = (500, failure(name, words)) if version == "19.0" else (200, {"error": rpc_error(name, words)})
    fake.faults = [reply]
    with pytest.raises(error) as caught:
        connector.count(stream(connector, "stages"))
    assert type(caught.value).retryable is False
    assert words[:20] in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert KEY not in str(caught.value)
    assert hands.slept == []


@BOTH
def test_what_passes_is_tried_again(version):
    fake, hands = FakeOdoo(version), Hands()
    fake.lead()
    connector = connect(fake, hands)
    leads = stream(connector, "leads")
    assert connector.count(leads) == 1
    busy = failure("psycopg2.errors.SerializationFailure", "could not serialize access due to concurrent update")
    fake.faults = [
        (500, busy) if version == "19.0" else (200, {"error": rpc_error(busy["name"], busy["message"])}),
        (502, b"<html>Bad gateway</html>"),
        (200, b'[{"id": 1'),
    ]
    assert connector.count(leads) == 1
    assert len(hands.slept) == 3


def test_a_server_that_stays_down_is_unreachable():
    connector = connect(script((503, b"")))
    with pytest.raises(Unreachable):
        connector.probe()


def test_an_address_that_is_no_odoo_is_named():
    connector = connect(script((404, b"<html>Shop</html>")))
    with pytest.raises(BadAnswer, match=r"https://odoo\.test tells no Odoo version"):
        connector.probe()


def test_several_databases_must_be_told_apart():
    fake = FakeOdoo()
    answer = fake.by_rpc
    fake.by_rpc = lambda service, method, args: (
        {"result": ["main", "test"]} if service == "db" else answer(service, method, args)
    )
    with pytest.raises(BadInput, match="database: NAME"):
        connect(fake).probe()
    assert connect(fake, options={"database": "main"}).probe()


def test_a_database_is_told_in_a_header_too():
    fake = FakeOdoo("19.0")
    seen = []
    inner = fake.__call__
    connect(lambda request: (seen.append(request.headers.get("X-Odoo-Database")), inner(request))[1],
            options={"database": "main"}).probe()  # fmt: skip
    assert set(seen) == {"main"}


@BOTH
def test_the_probe_tells_who_what_and_how_to_mend(version):
    fake = FakeOdoo(version)
    fake.move(fake.lead(), 2)
    fake.missing_models = {"sale.order"}
    fake.missing_fields = {"crm.lead": {"date_deadline"}}
    text = "\n".join(connect(fake).probe())
    assert f"user: Anna ({LOGIN})" in text
    assert "leads: 1 opportunities" in text
    assert "no field date_deadline of crm.lead" in text
    assert "orders: NOT there; offers are not covered; install the Sales app" in text
    assert "tracking_values: readable (1 changes of stage_id, active" in text
    fake.administrator = False
    text = "\n".join(connect(fake).probe())
    assert "tracking_values: NOT readable; history needs an administrator" in text
    assert KEY not in text


@BOTH
@pytest.mark.parametrize(
    "fault",
    [
        (500, b"oops"),
        (403, b"<html>WAF</html>"),
        (200, b"<html>Log in</html>"),
        (429, {}),
        (200, {"error": {"code": 100, "message": "Session expired"}}),
    ],
    ids=str,
)
def test_the_key_is_told_nowhere(version, fault, caplog):
    caplog.set_level(logging.DEBUG)
    fake = FakeOdoo(version)
    fake.lead()
    connector = connect(fake)
    texts = ["\n".join(connector.probe()), *(r.payload for r in read_all(connector, "leads"))]
    status, body = fault
    fake.faults = [(status, body if isinstance(body, bytes) else orjson.dumps(body))] * 20
    with pytest.raises(ConnectorError) as caught:
        connector.count(stream(connector, "leads"))
    assert KEY not in "\n".join([*texts, str(caught.value), repr(caught.value), caplog.text])
    assert "execute_kw" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"base_url": None}, "every company has its own Odoo"),
        ({"base_url": "http://odoo.test"}, "unencrypted"),
        ({"base_url": "https://a:b@odoo.test"}, "take the credentials out"),
        ({"credentials": {"login": "EMEA_LOGIN"}}, "api_key: NAME_OF_A_VARIABLE"),
        ({"read_fields": ["Expected Revenue"]}, "technical name of an Odoo field"),
        ({"options": {"page_size": 0, "colour": 1}}, "'colour' is not an option"),
        ({"options": {"protocol": "xmlrpc"}}, "auto, jsonrpc, json2"),
    ],
)
def test_a_wrong_setting_is_named(changes, words):
    with pytest.raises(BadInput, match=words):
        connect(FakeOdoo(), **changes)


def test_an_absent_variable_is_named():
    with pytest.raises(CredentialsError, match="EMEA_KEY is not set"):
        connect(FakeOdoo(), env={"EMEA_LOGIN": LOGIN})


def test_the_old_door_needs_a_login():
    connector = connect(FakeOdoo(), credentials={"api_key": "EMEA_KEY"})
    with pytest.raises(BadInput, match="needs `login"):
        connector.count(stream(connector, "leads"))


def test_odoo_online_names_the_database_in_the_address():
    fake = FakeOdoo()
    seen = []
    inner = fake.by_rpc

    def listen(service, method, args):
        seen.append(args)
        return inner(service, method, ["main", *args[1:]] if service == "common" and args else args)

    fake.by_rpc = listen
    connect(fake, base_url="https://acme.odoo.com")._doorway.door().user_id()
    assert seen[-1][0] == "acme"


def test_every_option_is_known_and_limited():
    assert option_faults(dict.fromkeys(RULES.names, object()))  # none takes everything
    assert option_faults({"database": "main", "protocol": "json2", "overlap_minutes": 90, "page_size": 500}) == {}


def test_the_command_line_says_why_it_cannot(monkeypatch, capsys):
    monkeypatch.delenv("ODOO_API_KEY", raising=False)
    assert main(["--probe", "--base-url", "https://odoo.test"]) == 1
    assert "ODOO_API_KEY is not set" in capsys.readouterr().err


def test_the_registrys_signature_holds():
    adapter = FakeAdapter(FakeOdoo("17.0"))
    connector = open_connector(settings(), {"EMEA_LOGIN": LOGIN, "EMEA_KEY": KEY}, lambda: START, adapter=adapter)
    assert connector.streams()[0].name == "leads"
    connector.close()
