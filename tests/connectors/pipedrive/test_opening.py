"""What a connection is opened with, and what is refused: allowances, tokens, apps, addresses and options."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from connectors import pipedrive
from connectors.contract import BadAnswer, CredentialsError, MissingScopeError, QuotaExhausted
from connectors.pipedrive import costs
from connectors.pipedrive.dialect import Blocked
from connectors.pipedrive.options import RULES, option_faults
from tests.connectors.http_fakes import Hands
from tests.connectors.pipedrive.fake_pipedrive import TOKEN, FakePipedrive, connect, read_all
from tests.shared import shared_folder


def test_without_headers_our_own_allowance_ends_the_night():
    fake = FakePipedrive()
    for n in range(1, 21):
        fake.put(n, status="won")
    connector = connect(fake, options={"daily_tokens": 200})
    read_all(connector, "deals")
    with pytest.raises(QuotaExhausted, match="daily_tokens"):
        read_all(connector, "deal_changes")
    assert fake.tokens <= 200


def test_tokens_of_calls_under_way_count_as_spent():
    fake = FakePipedrive()
    for n in range(1, 101):
        fake.put(n, status="won")
    fake.day_limit = 1000
    connector = connect(fake, options={"threads": 8})
    read_all(connector, "deals")
    with pytest.raises(QuotaExhausted):
        read_all(connector, "deal_changes")
    assert 600 < fake.tokens <= 700


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        ((401, {"success": False, "error": "unauthorized access"}), CredentialsError, "ACME_TOKEN"),
        ((403, {"success": False, "error": "Scope and URL mismatch"}), MissingScopeError, "needs the scope"),
        ((403, b"<html><body>error 1015</body></html>", {"content-type": "text/html"}), Blocked, "shield"),
        ((429, {"success": False}, {"x-daily-ratelimit-token-remaining": "0"}), QuotaExhausted, "used up"),
        ((200, {"success": False, "error": "no"}), BadAnswer, "success"),
        ((200, {"success": True, "data": {}}), BadAnswer, "list of data"),
    ],
    ids=str,
)
def test_refusals_have_names_and_tell_no_token(reply, error, words):
    fake = FakePipedrive()
    fake.faults["/api/v2/deals"] = [reply] * 20
    with pytest.raises(error, match=words) as caught:
        read_all(connect(fake), "deals")
    assert TOKEN not in str(caught.value)


def test_a_full_window_is_waited_for_as_long_as_the_reset_says():
    fake, hands = FakePipedrive(), Hands()
    fake.put(1)
    fake.faults["/api/v2/deals"] = [(429, {"success": False, "error": "Rate limit"}, {"x-ratelimit-reset": "2"})]
    read_all(connect(fake, hands), "deals")
    assert 2.0 in hands.slept


def test_an_app_refreshes_with_its_secret_and_goes_to_the_companys_address():
    hosts = []

    def reply(request):
        hosts.append(request.url.partition("?")[0])
        if "oauth" in request.url:
            assert request.headers["Authorization"].startswith("Basic ")
            return 200, {"access_token": "canary-access-1", "expires_in": 3599, "api_domain": "https://x.pipedrive.com"}
        assert request.headers["Authorization"] == "Bearer canary-access-1"
        return 200, {"success": True, "data": []}

    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    read_all(connect(reply, base_url=None, credentials=names, env=env), "users")
    assert hosts == ["https://oauth.pipedrive.com/oauth/token", "https://x.pipedrive.com/v1/users"]


def test_a_token_never_follows_an_address_that_is_not_pipedrives():
    def reply(request):
        return 200, {"access_token": "canary-access-1", "api_domain": "https://pipedrive.com.evil.test"}

    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    with pytest.raises(BadAnswer, match="base_url"):
        read_all(connect(reply, base_url=None, credentials=names, env=env), "users")


def test_every_option_is_checked():
    assert option_faults({"history": "some", "threads": 99, "mails": 1, "token_url": "", "nonsense": 1}).keys() == {
        "history",
        "threads",
        "mails",
        "token_url",
        "nonsense",
    }
    assert len(RULES.names) == 16


def test_every_option_is_documented():
    page = Path(pipedrive.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert [name for name in RULES.names if f"| `{name}` |" not in page] == []


@pytest.mark.slow
def test_our_table_of_costs_is_pipedrives():
    told = {}
    for name, prefix in (("openapi-v1.yaml", "/v1"), ("openapi-v2.yaml", "/api/v2")):
        with shared_folder("specs", "pipedrive", name).open() as file:
            spec = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        told |= {prefix + path: ops["get"]["x-token-cost"] for path, ops in spec["paths"].items() if "get" in ops}
    assert {endpoint: told[endpoint] for endpoint in costs.COSTS} == dict(costs.COSTS)


def test_a_grant_that_is_withdrawn_is_told_and_its_secrets_are_not():
    names = {"client_id": "ID", "client_secret": "SECRET", "refresh_token": "REFRESH"}
    env = {"ID": "app", "SECRET": "canary-secret-1", "REFRESH": "canary-refresh-1"}
    asked = []

    def reply(request):
        asked.append(request.url)
        return 400, {"success": False, "error": "invalid_grant", "message": "canary-refresh-1 was revoked"}

    connector = connect(reply, base_url=None, credentials=names, env=env)
    for _ in range(2):
        with pytest.raises(CredentialsError, match=r"acme.*invalid_grant.*Authorise") as caught:
            read_all(connector, "users")
        assert "canary" not in str(caught.value)
    assert len(asked) == 1
