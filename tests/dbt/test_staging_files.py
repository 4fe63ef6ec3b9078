"""Exports with the documented columns become the same canonical rows as a CRM's API; their slips are listed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    home = Warehouse(tmp_path, {"time_zone": "America/New_York"})
    home.reference("connections", [{"connection": "acme", "crm": "files", "judged_at": at("2024-06-01")}])
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "default", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "default", "stage_id": "open", "stage_key": "one"},
            {"connection": "acme", "pipeline_id": "default", "stage_id": "shut", "stage_key": "lost"},
        ],
    )
    return home


def rows(*payloads: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [record(payload[key], payload) for payload in payloads]


DEAL = {"deal_id": "1", "stage_id": "open", "created_at": "2024-03-01T09:00:00Z"}


def test_an_export_of_deals_alone_is_enough(home: Warehouse) -> None:
    home.lake("files__deals", rows(DEAL | {"close_date": "2024-04-01T02:00:00Z", "budget": "yes"}, key="deal_id"))
    home.run("path:models/staging path:models/canonical")
    deal = home.query("select * from canonical.int_deals")[0]
    assert (deal["stage_key"], deal["pipeline_id"], deal["is_judged"]) == ("one", "default", True)
    assert deal["close_date"] == date(2024, 3, 31), "two in the morning UTC is the evening before in New York"
    changes = home.query("select stage_key, entered_at, source from canonical.int_stage_changes")
    assert [tuple(c.values()) for c in changes] == [("one", at("2024-06-01"), "snapshot")]
    fields = home.query("select field, value, source, changed_at from canonical.int_field_changes order by field")
    assert [tuple(f.values()) for f in fields] == [
        ("budget", "yes", "snapshot", None),
        ("close_date", "2024-03-31", "snapshot", None),
    ]


def test_a_history_that_ends_elsewhere_than_the_deal_stands_gets_an_inferred_entry(home: Warehouse) -> None:
    told, tied, behind = (
        DEAL | {"deal_id": n, "stage_id": "shut", "modified_at": "2024-03-09T08:00:00Z"} for n in ("1", "2", "3")
    )
    home.lake("files__deals", rows(told, tied, behind, key="deal_id"))
    changes = [
        ("1", "open", "2024-03-01T09:00:00Z"),
        ("1", "shut", "2024-03-05T09:00:00Z"),
        ("2", "shut", "2024-03-01T09:00:00Z"),
        ("2", "open", "2024-03-01T09:00:00Z"),  # changes of one moment have no order: this is no contradiction
        ("3", "open", "2024-03-01T09:00:00Z"),
    ]
    home.lake(
        "files__stage_changes",
        rows(
            *(
                {"change_id": f"c{n}", "deal_id": d, "stage_id": s, "entered_at": at}
                for n, (d, s, at) in enumerate(changes)
            ),
            key="change_id",
        ),
    )
    home.run("path:models/staging path:models/canonical")
    found = home.query(
        "select deal_key, stage_key, entered_at, precision from canonical.int_stage_changes where source = 'inferred'"
    )
    # When it came there is not known; `modified_at` in the payload is not the envelope's, so the night's moment stands.
    assert [(f["deal_key"], f["stage_key"], f["precision"]) for f in found] == [("acme:3", "lost", "order")]


def test_every_object_of_an_export(home: Warehouse) -> None:
    home.lake(
        "files__deals",
        rows(DEAL | {"owner_id": "7", "stage_id": "shut", "lost_reason": "price", "amount": "12.5"}, key="deal_id"),
    )
    home.lake(
        "files__stage_changes",
        rows(
            {"change_id": "a", "deal_id": "1", "stage_id": "open", "entered_at": "2024-03-01", "actor_kind": "Import"},
            {
                "change_id": "b",
                "deal_id": "1",
                "stage_id": "shut",
                "entered_at": "2024-04-01T10:00:00+02:00",
                "recorded_at": "2024-04-03T00:00:00Z",
                "actor_kind": "robot",
            },
            key="change_id",
        ),
    )
    home.lake(
        "files__field_changes",
        rows(
            {
                "change_id": "c",
                "deal_id": "1",
                "field": "lost_reason",
                "value": "price",
                "changed_at": "2024-04-01T09:00:00Z",
            },
            {"change_id": "d", "deal_id": "1", "field": "owner_id", "value": "7", "changed_at": "2024-03-01T09:00:00Z"},
            {"change_id": "h", "deal_id": "1", "field": "owner", "value": "6", "changed_at": "2024-02-01T09:00:00Z"},
            key="change_id",
        ),
    )
    home.lake(
        "files__activities",
        rows(
            {
                "activity_id": "e",
                "deal_id": "1",
                "kind": "Call",
                "occurred_at": "2024-03-02",
                "outcome": "COMPLETE",
                "direction": "Inbound",
                "owner_id": "7",
                "contact_count": "2",
                "started_at": "2024-03-01T23:00:00+01:00",
                "subject": "Offer and Demo",
            },
            {"activity_id": "f", "deal_id": "1", "kind": "call", "occurred_at": "2024-03-02", "is_deleted": "true"},
            key="activity_id",
        ),
    )
    home.lake("files__contacts", [record("1:x", {"deal_id": "1", "contact_id": "x", "role": "Buyer"})])
    home.lake(
        "files__documents",
        rows(
            {
                "document_id": "g",
                "deal_id": "1",
                "kind": "Quote",
                "status": "Sent",
                "occurred_at": "2024-03-03T00:00:00Z",
                "actor_id": "7",
            },
            key="document_id",
        ),
    )
    home.lake(
        "files__owners",
        rows(
            {"owner_id": "7", "email": "Bo@Example.com", "manager_email": "Cy@example.com", "team": "East"},
            key="owner_id",
        ),
    )
    home.lake(
        "files__stages",
        [
            record(
                "default:shut", {"pipeline_id": "default", "stage_id": "shut", "probability": "0", "is_closed": "true"}
            )
        ],
    )
    home.run("path:models/staging path:models/canonical")

    deal = home.query("select * from canonical.int_deals")[0]
    assert (deal["is_lost"], deal["closed_at"], deal["owner_key"]) == (
        True,
        at("2024-04-01T08:00:00"),
        "bo@example.com",
    )
    assert deal["amount_home"] == Decimal("12.50"), "an export without a currency is in the company's"
    changes = home.query(
        "select entered_at, recorded_at, precision, actor_kind from canonical.int_stage_changes order by 1"
    )
    assert [tuple(c.values()) for c in changes] == [
        (at("2024-03-01"), at("2024-03-01"), "day", "import"),
        (at("2024-04-01T08:00:00"), at("2024-04-03"), "exact", "unknown"),
    ]
    fields = home.query("select field, source from canonical.int_field_changes order by field")
    assert [tuple(f.values()) for f in fields] == [
        ("amount", "snapshot"),
        ("lost_reason", "history"),
        ("owner", "history"),
        ("owner", "history"),
    ]
    activity = home.query("select * from canonical.int_activities")
    assert [(a["kind"], a["outcome"], a["direction"], a["contact_count"], a["precision"]) for a in activity] == [
        ("call", "complete", "in", 2, "day")
    ]
    assert [(a["started_at"], a["subject"]) for a in activity] == [(at("2024-03-01T22:00:00"), "offer and demo")]
    assert activity[0]["recorded_at"] is None, "nobody says when it was entered"
    assert home.values("select owner_key from canonical.int_documents") == ["bo@example.com"]
    assert home.values("select added_at from canonical.int_deal_contacts") == [None]
    assert home.values("select status from canonical.int_documents") == ["sent"]
    owners = home.query("select owner_key, manager_email from canonical.int_owners order by owner_key")
    assert [tuple(o.values()) for o in owners] == [("acme:6", None), ("bo@example.com", "cy@example.com")], (
        "whoever had the deal once and is in no list any more is still somebody"
    )


@pytest.mark.slow
def test_slips_of_an_export_are_listed(home: Warehouse) -> None:
    home.lake(
        "files__deals",
        rows(
            DEAL | {"amount": "12,5", "pipeline_id": "", "is_deleted": "perhaps"},
            {"deal_id": "2", "stage_id": "open", "created_at": "soon"},
            key="deal_id",
        ),
    )
    home.lake(
        "files__activities",
        rows({"activity_id": "a", "deal_id": "1", "kind": "call", "occurred_at": "32.13.2024"}, key="activity_id"),
    )
    home.run("path:models/staging path:models/canonical")
    rejects = home.query("select object, id, field, value from staging.stg_rejects order by all")
    assert [tuple(r.values()) for r in rejects] == [
        ("activities", "a", "occurred_at", "32.13.2024"),
        ("deals", "1", "amount", "12,5"),
        ("deals", "1", "is_deleted", "perhaps"),
        ("deals", "2", "created_at", "soon"),
    ]
    unread = home.query("select deal_key, field, value from canonical.int_unread_values")
    assert [tuple(u.values()) for u in unread] == [("acme:1", "amount", "12,5")], (
        "it has an amount, and nobody knows it"
    )
    judged = home.query("select deal_id, unjudged_reason from canonical.int_deals order by 1")
    assert [tuple(j.values()) for j in judged] == [("1", "no_pipeline"), ("2", None)]


@pytest.mark.slow
def test_a_merge_in_an_export_is_dated_by_the_merged_deals_last_change(home: Warehouse) -> None:
    home.lake(
        "files__deals",
        rows(DEAL, DEAL | {"deal_id": "2", "merged_into": "1", "modified_at": "2024-03-09T00:00:00Z"}, key="deal_id"),
    )
    home.run("path:models/staging path:models/canonical")
    merges = home.query("select deal_id, merged_into, merged_at, is_judged from canonical.int_deals order by 1")
    assert [tuple(m.values()) for m in merges] == [
        ("1", None, at("2024-03-09"), True),
        ("2", "1", at("2024-03-09"), False),
    ]


@pytest.mark.slow
def test_two_connections_with_the_same_ids_stay_apart(home: Warehouse) -> None:
    home.lake("files__deals", [record("1", DEAL), record("1", DEAL | {"deal_name": "Other"}, connection="beta")])
    home.run("path:models/staging path:models/canonical")
    assert home.values("select deal_key from canonical.int_deals order by 1") == ["acme:1", "beta:1"]
    assert home.values("select deal_type from canonical.int_deals order by deal_key") == ["new", "unmapped"]
