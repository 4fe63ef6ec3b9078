"""Every way in which a portal can misbehave does so, and can be stopped again."""

from __future__ import annotations

import time

import pytest
import requests

from connectors.sandbox import Knobs, Organisation, start_sandbox
from tests.connectors.sandbox.browsing import Browser
from tests.connectors.sandbox.test_search import Clock

ORGANISATION = Organisation(41, 60)
DEALS = "/crm/v3/objects/deals"


@pytest.fixture
def portal():
    clock = Clock()
    with start_sandbox({"t": ORGANISATION, "u": ORGANISATION}, clock=clock) as sandbox:
        yield sandbox, Browser(sandbox.url), clock


def statuses(browser: Browser, times: int = 4) -> list[int]:
    return [browser.get(DEALS, limit=1).status_code for _ in range(times)]


def test_429_and_500_every_so_often(portal):
    sandbox, browser, _ = portal
    sandbox.turn(too_many_every=2, retry_after_seconds=3)
    assert statuses(browser) == [200, 429, 200, 429]
    sandbox.turn(too_many_every=0, server_error_every=4)
    assert statuses(browser) == [200, 200, 200, 500]


def test_a_fault_may_strike_one_path_and_one_portal_only(portal):
    sandbox, browser, _ = portal
    sandbox.turn("t", server_error_every=1, only_path="/owners")
    assert browser.get("/crm/v3/owners").status_code == 500
    assert browser.get(DEALS).status_code == 200
    assert Browser(sandbox.url, "u").get("/crm/v3/owners").status_code == 200


def test_html_resets_and_half_answers(portal):
    sandbox, browser, _ = portal
    sandbox.turn(html_every=1)
    answer = browser.get(DEALS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    sandbox.turn(html_every=0, reset_every=1)
    with pytest.raises(requests.ConnectionError):
        browser.get(DEALS)
    sandbox.turn(reset_every=0, truncate_every=1)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        browser.get(DEALS, limit=50)
    sandbox.turn(truncate_every=0)
    assert browser.get(DEALS).status_code == 200


def test_hanging_answers_end_when_the_sandbox_does():
    with start_sandbox({"t": ORGANISATION}, Knobs(hang_every=1)) as sandbox:
        with pytest.raises(requests.Timeout):
            requests.get(sandbox.url + DEALS, headers={"Authorization": "Bearer t"}, timeout=0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 5


def test_latency(portal):
    sandbox, browser, _ = portal
    sandbox.turn(latency_seconds=0.05)
    began = time.monotonic()
    browser.get(DEALS)
    assert time.monotonic() - began >= 0.05


def test_refused_token_missing_scope_and_empty_answers(portal):
    sandbox, browser, _ = portal
    sandbox.turn(missing_scopes=["quotes"])
    refused = browser.get("/crm/v3/objects/quotes")
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert browser.post("/crm/v4/associations/deals/quotes/batch/read", {"inputs": []}).status_code == 403
    sandbox.turn(empty=True)
    assert browser.get(DEALS).json() == {"results": []}
    assert browser.post(DEALS + "/search", {}).json()["total"] == 0
    sandbox.turn(unauthorized=True)
    assert browser.get(DEALS).status_code == 401


def test_late_rows_appear_with_their_old_stamp(portal):
    sandbox, browser, clock = portal
    everything = {deal["id"] for deal in browser.every("deals")}
    sandbox.turn(late_every=5, late_seconds=600)
    early = {deal["id"] for deal in browser.every("deals")}
    late = everything - early
    assert late == {identifier for identifier in everything if int(identifier) % 5 == 0}
    assert browser.post(DEALS + "/search", {}).json()["total"] == len(early)
    assert browser.get(f"{DEALS}/{min(late)}").status_code == 404
    clock.seconds += 601
    assert {deal["id"] for deal in browser.every("deals")} == everything


def test_a_cursor_can_loop(portal):
    sandbox, browser, _ = portal
    sandbox.turn(repeat_cursor=True)
    after = browser.get(DEALS, limit=10).json()["paging"]["next"]["after"]
    assert browser.get(DEALS, limit=10, after=after).json()["paging"]["next"]["after"] == after


def test_limits_of_ten_seconds_of_a_second_and_of_a_day(portal):
    sandbox, browser, clock = portal
    sandbox.turn(per_ten_seconds=3, searches_per_second=2, per_day=8)
    policy = [browser.get(DEALS).json().get("policyName") for _ in range(4)]
    assert policy == [None, None, None, "TEN_SECONDLY_ROLLING"]
    policy = [browser.post(DEALS + "/search", {}).json().get("policyName") for _ in range(3)]
    assert policy == [None, None, "SECONDLY"]
    clock.seconds += 10.1
    answer = browser.get(DEALS)
    assert answer.headers["x-hubspot-ratelimit-remaining"] == "2"
    assert answer.headers["x-hubspot-ratelimit-daily-remaining"] == "2"
    assert browser.get(DEALS).status_code == browser.get(DEALS).status_code == 200
    assert browser.get(DEALS).json()["policyName"] == "DAILY"
    sandbox.turn(rate_headers=False, per_day=0)
    clock.seconds += 11
    assert "x-hubspot-ratelimit-max" not in browser.get(DEALS).headers


def test_access_tokens_live_half_an_hour(portal):
    sandbox, _, clock = portal
    form = {"grant_type": "refresh_token", "refresh_token": "t", "client_id": "a", "client_secret": "b"}
    issued = requests.post(sandbox.url + "/oauth/v1/token", data=form, timeout=5).json()
    assert issued["expires_in"] == 1800
    browser = Browser(sandbox.url, issued["access_token"])
    assert browser.get(DEALS).status_code == 200
    clock.seconds += 1801
    assert browser.get(DEALS).json()["category"] == "EXPIRED_AUTHENTICATION"
    wrong = requests.post(sandbox.url + "/oauth/v1/token", data={**form, "refresh_token": "x"}, timeout=5)
    assert (wrong.status_code, wrong.json()["status"]) == (400, "BAD_REFRESH_TOKEN")


def test_knobs_can_be_turned_from_another_process(portal):
    sandbox, browser, _ = portal
    turned = requests.post(sandbox.url + "/_sandbox/knobs", json={"token": "t", "unauthorized": True}, timeout=5)
    assert turned.json()["t"]["unauthorized"] is True
    assert browser.get(DEALS).status_code == 401
    wrong = requests.post(sandbox.url + "/_sandbox/knobs", json={"colour": "red"}, timeout=5)
    assert wrong.status_code == 400
    assert "unknown knob colour" in wrong.json()["message"]
    stats = requests.get(sandbox.url + "/_sandbox/stats", timeout=5).json()
    assert stats["u"]["requests"] == 0
    assert sandbox.stats("t")["requests"] == stats["t"]["requests"] == 0
