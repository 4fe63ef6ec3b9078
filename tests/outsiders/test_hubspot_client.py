"""HubSpot's own client, generated from its specification, reads the simulated account and objects to nothing.

Needs `hubspot-api-client`, which is no dependency of ours: install it beside pytest to run this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox import Merge, Organisation, Sandbox, start_sandbox

hubspot = pytest.importorskip("hubspot", reason="hubspot-api-client is not installed")

ORGANISATION = Organisation(seed=5, deals=120)
HISTORY = ["dealstage", "amount", "hs_merged_object_ids"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox[Any]]:
    with start_sandbox({"t": ORGANISATION}) as running:
        yield running


@pytest.fixture(scope="module")
def client(sandbox: Sandbox[Any]) -> Any:
    made = hubspot.HubSpot(access_token="t")
    made.config["host"] = sandbox.url
    made.config["base_url"] = sandbox.url
    return made


def live(sandbox: Sandbox[Any]) -> set[str]:
    return {truth.deal_id for truth in sandbox.portal("t").truth() if truth.whereabouts == "live"}


def paged(ask: Any, **more: Any) -> Iterator[Any]:
    after = None
    while True:
        page = ask(**more, **({"after": after} if after else {}))
        yield from page.results
        if page.paging is None:
            return
        after = page.paging.next.after


def test_all_deals_with_their_histories_by_pages(client: Any, sandbox: Sandbox[Any]) -> None:
    ask = client.crm.deals.basic_api.get_page
    deals = list(paged(ask, limit=50, properties=["dealstage"], properties_with_history=HISTORY))
    assert {deal.id for deal in deals} == live(sandbox)
    for deal in deals:
        told = deal.properties_with_history["dealstage"]
        assert not told or told[0].value == deal.properties["dealstage"]
        assert all(entry.timestamp.tzinfo is not None and entry.source_type for entry in told)
    archived = list(paged(ask, limit=100, archived=True))
    assert all(deal.archived and deal.archived_at for deal in archived)


def test_search_and_batch_read_give_the_same_deals(client: Any, sandbox: Sandbox[Any]) -> None:
    question = {"filterGroups": [], "sorts": ["hs_object_id"], "properties": ["dealstage"], "limit": 100}
    first = client.crm.deals.search_api.do_search(public_object_search_request=question)
    assert first.total == len(live(sandbox))
    rest = client.crm.deals.search_api.do_search(
        public_object_search_request={**question, "after": first.paging.next.after}
    )
    found = [deal.id for deal in (*first.results, *rest.results)]
    assert set(found) == live(sandbox)
    asked = {
        "inputs": [{"id": i} for i in found[:50]],
        "properties": ["dealstage"],
        "propertiesWithHistory": ["dealstage"],
    }
    answer = client.crm.deals.batch_api.read(batch_read_input_simple_public_object_id=asked)
    assert answer.status == "COMPLETE"
    assert [deal.id for deal in answer.results] == found[:50]


def test_owners_pipelines_properties_and_audits(client: Any) -> None:
    owners = list(paged(client.crm.owners.owners_api.get_page, limit=10))
    assert owners
    assert all(owner.email and not owner.archived for owner in owners)
    assert all(owner.archived for owner in paged(client.crm.owners.owners_api.get_page, archived=True))
    pipelines = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert {stage.metadata["isClosed"] for pipeline in pipelines for stage in pipeline.stages} == {"true", "false"}
    assert pipelines[0].id == client.crm.pipelines.pipelines_api.get_by_id("deals", pipelines[0].id).id
    audit = client.crm.pipelines.pipeline_audits_api.get_audit("deals", pipelines[0].id).results
    assert [(entry.action, entry.identifier) for entry in audit] == [("CREATE", pipelines[0].id)]
    names = {item.name for item in client.crm.properties.core_api.get_all("deals").results}
    assert {"dealstage", "hs_merged_object_ids"} <= names


def test_associations_of_a_merged_deal_are_those_of_both(client: Any, sandbox: Sandbox[Any]) -> None:
    ids = sorted(live(sandbox))[:2]

    def contacts(of: str) -> set[str]:
        deal = client.crm.deals.basic_api.get_by_id(of, associations=["contacts"])
        linked = (deal.associations or {}).get("contacts")
        return {one.id for one in linked.results} if linked else set()

    before = contacts(ids[0]) | contacts(ids[1])
    merged = sandbox.apply("t", Merge(ids[0], ids[1]))
    assert contacts(merged) == before
    # A parent's id answers with the survivor, and by its own id nothing is associated any more.
    assert client.crm.deals.basic_api.get_by_id(ids[0]).id == merged
    asked = {"inputs": [{"id": ids[0]}]}
    answer = client.crm.associations.v4.batch_api.get_page("deals", "contacts", asked)
    assert answer.results == []
