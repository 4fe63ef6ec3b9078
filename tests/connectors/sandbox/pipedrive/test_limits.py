"""The day's tokens are counted exactly, the short window holds, and refusals have Pipedrive's shape."""

from __future__ import annotations

import base64

import pytest
import requests

from connectors.sandbox import Organisation
from connectors.sandbox.pipedrive.accounts import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.pipedrive.knobs import Knobs
from connectors.sandbox.pipedrive.server import start_sandbox
from tests.connectors.sandbox.pipedrive.browsing import Browser

ORGANISATION = Organisation(61, 40)
REFUSAL = {"success", "error", "error_info", "data", "additional_data"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def company(clock):
    with start_sandbox({"t": ORGANISATION, "other": ORGANISATION}, clock=clock) as sandbox:
        yield sandbox, Browser(sandbox.url)


def test_tokens_of_a_day_are_spent_exactly_and_come_back_with_the_next(company, clock):
    sandbox, browser = company
    sandbox.turn("t", tokens_per_day=100)
    spent = 0
    for path, cost in (("/api/v2/deals", 10), ("/v1/deals/5/changelog", 20), ("/api/v2/stages", 5), ("/v1/users", 20),
                       ("/v1/deals/5/flow", 40), ("/api/v2/deals/5", 1)):  # fmt: skip
        answer = browser.get(path)
        spent += cost
        assert answer.status_code == 200
        assert answer.headers["x-daily-ratelimit-token-limit"] == "100"
        assert answer.headers["x-daily-ratelimit-token-remaining"] == str(100 - spent)
    assert sandbox.stats("t")["tokens_today"] == spent == 96
    assert browser.get("/api/v2/stages").headers["x-daily-ratelimit-token-remaining"] == "0"
    refused = browser.get("/api/v2/deals/5")
    assert refused.status_code == 429
    assert refused.headers["x-daily-ratelimit-token-remaining"] == "0"
    assert set(refused.json()) == REFUSAL
    assert Browser(sandbox.url, "other").get("/api/v2/deals").status_code == 200
    clock.now += 86_400
    assert browser.get("/api/v2/stages").headers["x-daily-ratelimit-token-remaining"] == "95"
    sandbox.turn("t", day=1)
    assert browser.get("/v1/users/me").headers["x-daily-ratelimit-token-remaining"] == "98"
    assert sandbox.stats("t")["tokens"] == 96 + 5 + 5 + 2


def test_the_short_window_rolls_and_says_when_it_opens_again(company, clock):
    sandbox, browser = company
    sandbox.turn("t", per_two_seconds=3)
    for left in (2, 1, 0):
        answer = browser.get("/api/v2/stages")
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    refused = browser.get("/api/v2/stages")
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-reset"] == "2"
    assert sandbox.stats("t")["tokens"] == 15
    clock.now += 2
    assert browser.get("/api/v2/stages").status_code == 200


def test_after_too_many_refusals_cloudflare_answers_in_html(company):
    sandbox, browser = company
    sandbox.turn("t", per_two_seconds=1, block_after=2)
    codes = [browser.get("/api/v2/stages").status_code for _ in range(4)]
    assert codes == [200, 429, 429, 403]
    blocked = browser.get("/api/v2/stages")
    assert blocked.headers["content-type"].startswith("text/html")
    assert "Cloudflare" in blocked.text


def test_headers_can_be_absent_and_faithful_limits_are_those_recorded(company):
    sandbox, browser = company
    sandbox.turn("t", rate_headers=False)
    assert not [name for name in browser.get("/api/v2/stages").headers if "ratelimit" in name]
    faithful = Knobs.faithful()
    assert (faithful.per_two_seconds, faithful.tokens_per_day) == (80, 150_000)


def test_tokens_open_the_door_in_the_header(company):
    sandbox, browser = company
    for headers in ({}, {"x-api-token": "nobody"}, {"authorization": "Bearer t"}):
        refused = requests.get(sandbox.url + "/v1/users/me", headers=headers, timeout=5)
        assert refused.status_code == 401
        assert refused.json()["error"] == "unauthorized access"
    sandbox.turn("t", unauthorized=True)
    assert browser.get("/v1/users/me").status_code == 401


def test_oauth_tokens_live_an_hour_and_name_the_company(company, clock):
    sandbox, _ = company
    form = {"grant_type": "refresh_token", "refresh_token": "t"}
    url = sandbox.url + "/oauth/token"
    answer = requests.post(url, data=form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5)
    granted = answer.json()
    assert (granted["api_domain"], granted["token_type"]) == (sandbox.url, "Bearer")
    bearer = {"authorization": f"Bearer {granted['access_token']}"}
    me = granted["api_domain"] + "/v1/users/me"
    assert requests.get(me, headers=bearer, timeout=5).json()["data"]["company_domain"] == "example-sales"
    clock.now += 3600
    assert requests.get(me, headers=bearer, timeout=5).status_code == 401
    assert requests.post(url, data=form, auth=(CLIENT_ID, "wrong"), timeout=5).status_code == 401
    wrong = {**form, "refresh_token": "nobody"}
    assert requests.post(url, data=wrong, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5).status_code == 400


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/api/v2/deals", {"limit": 501}, 400),
        ("/api/v2/deals", {"cursor": "nonsense"}, 400),
        ("/api/v2/deals", {"sort_by": "value"}, 400),
        ("/api/v2/deals", {"updated_since": "2026-01-01T00:00:00.5Z"}, 400),
        ("/api/v2/deals", {"updated_since": "2026-01-01 00:00:00"}, 400),
        ("/api/v2/deals", {"include_fields": "colour"}, 400),
        ("/api/v2/deals", {"ids": ",".join(map(str, range(101)))}, 400),
        ("/api/v2/deals/products", {}, 400),
        ("/api/v2/stages", {"updated_since": "2026-01-01T00:00:00Z"}, 400),
        ("/api/v2/pipelines", {"updated_since": "2026-01-01T00:00:00Z"}, 400),
        ("/v1/deals/5/changelog", {"cursor": "aWQ6eA"}, 400),
        ("/api/v2/deals/999999", {}, 404),
        ("/v1/deals", {}, 404),
        ("/v1/deals/999999/changelog", {}, 404),
    ],
)
def test_what_pipedrive_refuses(company, path, params, status):
    _, browser = company
    refused = browser.get(path, **params)
    assert refused.status_code == status
    assert set(refused.json()) == REFUSAL
    assert refused.json()["success"] is False


def test_a_cursor_is_a_keyset_and_belongs_to_its_order(company):
    _, browser = company
    first = browser.get("/api/v2/deals", limit=5, sort_by="update_time").json()
    cursor = first["additional_data"]["next_cursor"]
    said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b'"field":"update_time"' in said
    assert f'"id":{first["data"][-1]["id"]}'.encode() in said
    assert browser.get("/api/v2/deals", limit=5, cursor=cursor).status_code == 400
    up = [deal["id"] for deal in browser.every("/api/v2/deals", sort_by="update_time", limit=3)]
    down = [
        deal["id"] for deal in browser.every("/api/v2/deals", sort_by="update_time", sort_direction="desc", limit=4)
    ]
    assert up == down[::-1]
    assert len(set(up)) == len(up)


def test_windows_are_closed_below_and_open_above(company):
    _, browser = company
    deals = list(browser.every("/api/v2/deals", sort_by="update_time"))
    low, high = deals[3]["update_time"], deals[-4]["update_time"]
    for sort_by in ("update_time", "id"):
        found = browser.every("/api/v2/deals", sort_by=sort_by, updated_since=low, updated_until=high, limit=7)
        wanted = {deal["id"] for deal in deals if low <= deal["update_time"] < high}
        assert {deal["id"] for deal in found} == wanted


def test_knobs_that_lie_forget_and_come_late(company, clock):
    sandbox, browser = company
    everything = set(browser.deals())
    sandbox.turn("t", late_every=4, late_seconds=60.0)
    assert everything - set(browser.deals()) == {number for number in everything if number % 4 == 0}
    clock.now += 60
    assert set(browser.deals()) == everything
    sandbox.turn("t", stage_time_lies_every=1)
    assert {deal["stage_change_time"] for deal in browser.deals().values()} == {None}
    sandbox.turn("t", cursor_seconds=10.0)
    cursor = browser.get("/api/v2/deals", limit=5).json()["additional_data"]["next_cursor"]
    assert browser.get("/api/v2/deals", limit=5, cursor=cursor).status_code == 200
    clock.now += 11
    assert "expired" in browser.get("/api/v2/deals", limit=5, cursor=cursor).json()["error"]
    sandbox.turn("t", cursor_seconds=0.0, repeat_cursor=True)
    again = browser.get("/api/v2/deals", limit=5, cursor=cursor).json()
    assert again["additional_data"]["next_cursor"] == cursor
    sandbox.turn("t", missing_rights=["users"])
    assert browser.get("/v1/users").status_code == 403
    assert browser.get("/v1/users/me").status_code == 200
    sandbox.turn("t", empty=True)
    assert browser.get("/api/v2/deals").json()["data"] == []
