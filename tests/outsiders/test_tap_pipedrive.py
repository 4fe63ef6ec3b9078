"""An outsider that nobody here wrote, singer's tap-pipedrive, reads the simulated account and gets the same rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.sandbox import Archive, Organisation
from connectors.sandbox.pipedrive.server import start_sandbox
from connectors.sandbox.pipedrive.words import DEAL_TYPE_KEY
from tests.connectors.sandbox.pipedrive.browsing import Browser, moment

singer = pytest.importorskip("singer", reason="singer-python is not installed")
tap = pytest.importorskip("tap_pipedrive.tap", reason="tap-pipedrive is not installed")
ORGANISATION = Organisation(71, 110)
SELECTED = (
    "deals",
    "activities",
    "stages",
    "pipelines",
    "users",
    "deal_fields",
    "activity_types",
    "currency",
    "dealflow",
)


@pytest.fixture(scope="module")
def read():
    """All rows that the tap wrote, by stream, and a browser on the account that it read."""
    rows: dict[str, list[dict]] = defaultdict(list)
    patch = pytest.MonkeyPatch()
    with start_sandbox({"t": ORGANISATION}) as sandbox:
        browser = Browser(sandbox.url)
        sandbox.apply("t", Archive(str(next(iter(browser.every("/api/v2/deals")))["id"])))
        patch.setattr(tap, "BASE_URL", sandbox.url)
        # The streams of a tap are kept from run to run.
        patch.setattr(tap.PipedriveTap, "streams", [type(stream)() for stream in tap.PipedriveTap.streams
                                                    if stream.schema in SELECTED])  # fmt: skip
        patch.setattr(singer, "write_record", lambda stream, row: rows[stream].append(row))
        patch.setattr(singer, "write_state", lambda state: None)
        patch.setattr(singer, "write_schema", lambda *args, **kwargs: None)
        try:
            run = tap.PipedriveTap({"api_token": "t", "start_date": "2015-01-01T00:00:00Z"}, {})
            catalog = run.do_discover()
            for stream in catalog.streams:
                for entry in stream.metadata:
                    entry["metadata"]["selected"] = True
            run.do_sync(catalog)
        finally:
            patch.undo()
        yield rows, browser


def seconds(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def test_it_reads_every_deal_that_is_not_archived(read):
    rows, browser = read
    expected = {deal["id"]: deal for deal in browser.every("/api/v2/deals", status="open,won,lost,deleted")}
    found = {row["id"]: row for row in rows["deals"]}
    assert len(found) == len(rows["deals"])
    assert set(found) == set(expected)
    for identifier, deal in expected.items():
        row = found[identifier]
        for name in ("title", "status", "stage_id", "pipeline_id", "owner_id", "currency", "lost_reason", "is_deleted"):
            assert row[name] == deal[name], name
        assert Decimal(str(row["value"])) == Decimal(str(deal["value"]))
        for name in ("add_time", "update_time", "stage_change_time", "won_time", "lost_time"):
            assert seconds(row[name]) == (deal[name] and moment(deal[name])), name
        assert str(row[DEAL_TYPE_KEY] or "") == str(deal["custom_fields"][DEAL_TYPE_KEY] or "")


def test_it_reads_every_activity_stage_pipeline_and_user(read):
    rows, browser = read
    for stream, path in (("activities", "/api/v2/activities"), ("stages", "/api/v2/stages"),
                         ("pipelines", "/api/v2/pipelines")):  # fmt: skip
        expected = sorted(row["id"] for row in browser.every(path))
        assert sorted(row["id"] for row in rows[stream]) == expected
    assert {row["email"] for row in rows["users"]} == {user["email"] for user in browser.data("/v1/users")}
    assert {row["key"] for row in rows["deal_fields"]} >= {DEAL_TYPE_KEY, "stage_id", "user_id"}
    assert {row["code"] for row in rows["currency"]} == {"EUR", "USD", "GBP"}
    assert {row["key_string"] for row in rows["activity_types"]} >= {"call", "meeting"}


def test_it_reads_every_change_of_stage(read):
    rows, browser = read
    expected = {
        (deal["id"], row["old_value"], row["new_value"], moment(row["time"]))
        for deal in browser.every("/api/v2/deals")
        for row in browser.changes(deal["id"])
        if row["field_key"] == "stage_id"
    }
    found = {
        (row["item_id"], row["old_value"], row["new_value"], seconds(row["log_time"]))
        for row in rows["dealflow"]
        if row["field_key"] == "stage_id"
    }
    assert found == expected
    made = {row["item_id"] for row in rows["dealflow"] if row["field_key"] == "add_time"}
    assert made == {deal["id"] for deal in browser.every("/api/v2/deals")}
