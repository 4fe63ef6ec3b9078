"""Every request and answer against the official description: types, fields, costs, and what the connector asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.registry import open_connector
from connectors.sandbox import Organisation
from connectors.sandbox.handle import Sandbox
from connectors.sandbox.pipedrive.company import Company
from connectors.sandbox.pipedrive.costs import V1, V2, cost_of
from connectors.sandbox.pipedrive.entry import connection_entry
from connectors.sandbox.pipedrive.server import start_sandbox
from connectors.sandbox.wire import Answer, Request
from connectors.settings import ConnectionSettings
from tests.connectors.sandbox.pipedrive import openapi
from tests.connectors.sandbox.pipedrive.browsing import Browser

ORGANISATION = Organisation(33, 120)
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/v2/deals", {"limit": 500}),
    ("/api/v2/deals", {"status": "open,won", "sort_by": "update_time", "sort_direction": "desc", "limit": 7}),
    ("/api/v2/deals", {"include_fields": "products_count,participants_count,first_won_time,source_lead_id"}),
    ("/api/v2/deals", {"include_option_labels": "true", "status": "deleted"}),
    ("/api/v2/deals", {"updated_since": "2026-01-01T00:00:00Z", "updated_until": "2026-06-01T00:00:00Z"}),
    ("/api/v2/deals", {"ids": "1,2,3"}),
    ("/api/v2/deals/archived", {"limit": 500}),
    ("/api/v2/deals/5", {}),
    ("/api/v2/deals/5/products", {}),
    ("/api/v2/deals/products", {"deal_ids": "1,2,3,4,5,6,7,8,9"}),
    ("/api/v2/activities", {"limit": 500, "include_fields": "attendees"}),
    ("/api/v2/activities/1", {}),
    ("/api/v2/stages", {"sort_by": "order_nr"}),
    ("/api/v2/pipelines", {}),
    ("/api/v2/dealFields", {"limit": 500}),
    ("/v1/dealFields", {}),
    ("/api/v2/activityFields", {"limit": 5}),
    ("/v1/activityFields", {}),
    ("/v1/currencies", {}),
    ("/v1/users", {}),
    ("/api/v1/users", {}),
    ("/v1/users/me", {}),
    ("/v1/activityTypes", {}),
    ("/v1/deals/5/changelog", {"limit": 2}),
    ("/api/v1/deals/5/changelog", {}),
    ("/v1/deals/5/flow", {"start": 1, "limit": 3}),
    ("/v1/deals/5/mailMessages", {"start": 0, "limit": 2, "include_body": 0}),
    ("/v1/deals/5/participants", {"start": 0}),
    ("/v1/deals/5/participantsChangelog", {}),
    ("/v1/deals/summary", {"status": "won"}),
    ("/v1/deals/summary/archived", {}),
)


def witnessed(sandbox: Sandbox[Company]) -> list[tuple[Request, Answer]]:
    """What is asked and answered from now on."""
    seen: list[tuple[Request, Answer]] = []
    account = sandbox.app.accounts.by_token["t"]
    respond: Callable[[Any, Request], Answer] = account.respond

    def witness(of: Any, request: Request) -> Answer:
        answer = respond(of, request)
        seen.append((request, answer))
        return answer

    account.respond = witness
    return seen


@pytest.fixture(scope="module")
def seen():
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        found = witnessed(sandbox)
        browser = Browser(sandbox.url)
        for path, params in ASKED:
            assert browser.get(path, **params).status_code == 200, (path, params)
    return found


def test_answers_are_as_described(seen):
    assert len(seen) == len(ASKED)
    faults = [fault for request, answer in seen for fault in openapi.faults_of_answer(request, answer)]
    assert faults == []


def test_the_requests_of_these_tests_are_as_described(seen):
    assert [fault for request, _ in seen for fault in openapi.faults_of_request(request)] == []


def test_no_field_of_the_described_deals_and_activities_is_missing(seen):
    for request, answer in seen:
        example = openapi.examples(request)
        if request.path not in ("/api/v2/deals", "/api/v2/activities", "/api/v2/stages", "/api/v2/pipelines"):
            continue
        optional = {"source_lead_id"} if "include_fields" not in request.query else set()
        for shown in answer.content["data"]:
            assert set(example["data"][0]) - set(shown) <= optional | {"attendees"}


@pytest.mark.parametrize(("version", "pattern", "cost"), [*(("v1", *row) for row in V1), *(("v2", *row) for row in V2)])
def test_tokens_are_those_of_the_description(version, pattern, cost):
    path = pattern.replace(r"\d+", "7")
    request = Request("GET", {"v1": "/v1", "v2": "/api/v2"}[version] + path)
    _, _, described = openapi.operation(request)
    assert described["x-token-cost"] == cost == cost_of(request.path)


def test_the_judge_finds_what_is_wrong(seen):
    request, answer = seen[0]
    deal = dict(answer.content["data"][0])
    for change in ({"id": "7"}, {"status": None}, {"value": "12"}, {"secret_sauce": 1}):
        spoilt = {**answer.content, "data": [{**deal, **change}]}
        assert openapi.faults_of_answer(request, Answer(200, spoilt)), change
    for query in ("limit=ten", "colour=red", "status=open,gone", "sort_by=value"):
        assert openapi.faults_of_request(Request("GET", "/api/v2/deals", query)), query
    assert openapi.faults_of_request(Request("GET", "/api/v2/deals/products", ""))


@pytest.mark.slow
def test_what_the_connector_asks_and_is_told_is_as_described(tmp_path):
    entry, env = connection_entry("", "t", "ACME")
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        found = witnessed(sandbox)
        settings = ConnectionSettings(name="acme", **{**entry, "base_url": sandbox.url})
        connector = open_connector(settings, env=env, clock=lambda: ORGANISATION.now, workspace=tmp_path)
        try:
            connector.probe()
            connector.plan()
            connector.pipelines()
            for synced_to in (None, ORGANISATION.now - timedelta(days=40)):
                for stream in connector.streams():
                    ids = [
                        r.id for page in connector.pages(stream, position={}, synced_to=synced_to) for r in page.records
                    ]
                    connector.count(stream)
                    list(connector.sweep(stream) or ())
                    list(connector.read(stream, ids[:3]))
        finally:
            connector.close()
    assert len(found) > 100
    faults = [fault for request, _ in found for fault in openapi.faults_of_request(request)]
    faults += [fault for request, answer in found for fault in openapi.faults_of_answer(request, answer)]
    assert faults == []
