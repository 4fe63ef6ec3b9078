"""An outsider that nobody here wrote, pypipedrive (v2 and v1), reads the simulated account into its typed models."""

from __future__ import annotations

import sys

import pytest

from connectors.sandbox import Organisation
from connectors.sandbox.pipedrive.server import start_sandbox
from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY
from tests.connectors.sandbox.pipedrive.browsing import Browser, moment

if sys.version_info < (3, 12):
    pytest.skip("pypipedrive is written in the syntax of Python 3.12", allow_module_level=True)
api = pytest.importorskip("pypipedrive.api.api", reason="pypipedrive-client is not installed")
models = pytest.importorskip("pypipedrive.models")
ORGANISATION = Organisation(72, 110)


@pytest.fixture(scope="module")
def browser():
    patch = pytest.MonkeyPatch()
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        patch.setenv("PIPEDRIVE_API_TOKEN", "t")
        patch.setattr(api.Api, "build_url", lambda self, uri: f"{sandbox.url}/{self.version}/{uri}")
        yield Browser(sandbox.url)
    patch.undo()


def test_its_deals_are_those_of_plain_http(browser):
    expected = {deal["id"]: deal for deal in browser.every("/api/v2/deals")}
    found = models.Deals.all(params={"limit": 30, "sort_by": "update_time"})
    assert [deal.id for deal in found] == [
        deal["id"] for deal in sorted(expected.values(), key=lambda deal: (deal["update_time"], deal["id"]))
    ]
    for deal in found:
        told = expected[deal.id]
        for name in ("title", "status", "stage_id", "pipeline_id", "owner_id", "person_id", "value", "lost_reason"):
            assert getattr(deal, name) == told[name], name
        for name in ("add_time", "update_time", "stage_change_time", "won_time", "lost_time"):
            time = getattr(deal, name)
            assert (time and time.replace(tzinfo=None)) == (told[name] and moment(told[name]).replace(tzinfo=None)), (
                name
            )
    archived = models.Deals.archived(params={"limit": 5})
    assert {deal.id for deal in archived} == {deal["id"] for deal in browser.every("/api/v2/deals/archived")}


def test_its_histories_people_and_mail_are_those_of_plain_http(browser):
    for deal in models.Deals.all()[:40]:
        changes = deal.changelog(params={"limit": 3})["data"]
        assert changes == list(browser.every(f"/v1/deals/{deal.id}/changelog"))
        people = deal.participants(params={"limit": 1})["data"]
        assert [row["id"] for row in people] == [row["id"] for row in browser.data(f"/v1/deals/{deal.id}/participants")]
        mails = deal.mail_messages(params={"limit": 1})["data"]
        assert mails == browser.data(f"/v1/deals/{deal.id}/mailMessages")
        feed = deal.flow(params={"limit": 4})["data"]
        assert feed == browser.data(f"/v1/deals/{deal.id}/flow")
        assert len(feed) >= len(changes) + len(mails)


def test_its_activities_stages_pipelines_and_users_are_those_of_plain_http(browser):
    activities = {row["id"]: row for row in browser.every("/api/v2/activities")}
    found = models.Activities.all(params={"limit": 50})
    assert {activity.id for activity in found} == set(activities)
    assert all(activity.done == activities[activity.id]["done"] for activity in found)
    assert [stage.name for stage in models.Stages.all()] == [row["name"] for row in browser.every("/api/v2/stages")]
    assert [row.name for row in models.Pipelines.all()] == [row["name"] for row in browser.every("/api/v2/pipelines")]
    fields = api.Api("t").get(uri="dealFields", params={"limit": 500}).data
    assert DEAL_TYPE_KEY in {field["field_code"] for field in fields}


def test_it_understands_a_refusal(browser):
    with pytest.raises(Exception, match=r"not found|404"):
        models.Deals.get(id=999_999)
    with pytest.raises(Exception, match=r"limit must be|400"):
        models.Deals.all(params={"limit": 501})
