"""HubSpot payloads, as its API writes them, become canonical rows; what is wrong in them is listed and breaks none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record
from tests.dbt.hubspot_portal import PIPELINES, deal, deals_of, moment, portal


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    return portal(tmp_path)


def test_a_deal_with_its_history(home: Warehouse) -> None:
    payload = deal(
        "1",
        {
            "dealstage": "sw",
            "amount": "1234.5",
            "deal_currency_code": "USD",
            "hubspot_owner_id": "42",
            "closedate": "2024-04-10T00:00:00Z",
        },
        dealstage=[
            moment("sw", "2024-04-05T10:00:00Z", "API", "8"),
            moment("s2", "2024-03-10T10:00:00.250Z", "MOBILE_IOS"),
            moment("s1", "1709283600000", "IMPORT"),
        ],
        closedate=[
            moment("2024-04-10T00:00:00Z", "2024-03-20T10:00:00Z"),
            moment("2024-05-01", "2024-03-02T10:00:00Z"),
        ],
    )
    home.lake("hubspot__deals", [record("1", payload, modified_at=at("2024-04-05T10:00:00"))])
    home.lake(
        "hubspot__owners",
        [
            record(
                "42",
                {
                    "id": "42",
                    "email": "Ann@Example.com",
                    "firstName": "Ann",
                    "lastName": "Lee",
                    "archived": False,
                    "userId": 9042,
                    "teams": [{"id": "1", "name": "West", "primary": True}],
                },
            )
        ],
    )
    home.run("path:models/staging path:models/canonical")

    found = deals_of(home)["1"]
    assert found["deal_key"] == "acme:1"
    assert found["stage_key"] == "won"
    assert (found["is_won"], found["is_lost"], found["is_open"]) == (True, False, False)
    assert found["amount"] == Decimal("1234.50")
    assert found["amount_home"] == Decimal("987.60"), "at the rate of April, when it was won, not of the night's day"
    assert found["close_date"] == date(2024, 4, 10)
    assert found["closed_at"] == at("2024-04-05T10:00:00"), "the entry into the closing stage, not the date field"
    assert found["owner_key"] == "ann@example.com"
    assert found["deal_url"] == "https://crm.example/deal/1"
    assert found["is_judged"]

    changes = home.query("select * from canonical.int_stage_changes order by entered_at")
    assert [(c["stage_key"], c["entered_at"], c["actor_kind"]) for c in changes] == [
        ("one", at("2024-03-01T09:00:00"), "import"),
        ("two", at("2024-03-10T10:00:00.250"), "person"),
        ("won", at("2024-04-05T10:00:00"), "integration"),
    ]
    assert {c["source"] for c in changes} == {"history"}
    fields = home.query(
        "select value, changed_at from canonical.int_field_changes where field = 'close_date' order by 2"
    )
    assert [f["value"] for f in fields] == ["2024-05-01", "2024-04-10"]
    owner = home.query("select * from canonical.int_owners")
    assert [(o["owner_name"], o["team"], o["user_id"], o["is_active"]) for o in owner] == [
        ("Ann Lee", "West", "9042", True)
    ]
    assert home.query("select * from staging.stg_rejects") == []


def test_what_is_wrong_in_a_payload_is_listed_and_breaks_nothing(home: Warehouse) -> None:
    home.lake(
        "hubspot__deals",
        [
            record("text", deal("text", {"amount": "about 5k"})),
            record(
                "far",
                deal(
                    "far",
                    {"closedate": "9999-12-31T00:00:00Z"},
                    dealstage=[moment("s2", "9999-12-31T00:00:00Z"), moment("s1", "2024-03-01T09:00:00Z")],
                ),
            ),
            record("lost_way", deal("lost_way", {"pipeline": None})),
            record("unmapped", deal("unmapped", {"dealstage": "new"})),
            record("gone", deal("gone") | {"archived": True}, is_deleted=True),
            record("renewal", deal("renewal", {"dealtype": "existingbusiness"})),
            record("empty", {}),
        ],
    )
    home.reference(
        "deal_type_map", [{"connection": "acme", "native_value": "existingbusiness", "deal_type": "renewal"}]
    )
    home.run("path:models/staging path:models/canonical")

    found = deals_of(home)
    assert found["text"]["amount"] is None
    assert found["far"]["close_date"] is None
    assert {key: row["unjudged_reason"] for key, row in found.items()} == {
        "text": None,
        "far": None,
        "lost_way": "no_pipeline",
        "unmapped": None,
        "gone": "deleted",
        "renewal": "deal_type",
        "empty": "no_pipeline",
    }
    assert found["unmapped"]["stage_key"] == "unmapped"
    assert found["empty"]["stage_key"] is None
    rejects = home.query("select object, id, field, value from staging.stg_rejects order by id, field")
    assert [tuple(r.values()) for r in rejects] == [
        ("deals", "far", "close_date", "9999-12-31T00:00:00Z"),
        ("deal_history", "far:dealstage", "timestamp", "9999-12-31T00:00:00Z"),
        ("deals", "text", "amount", "about 5k"),
    ]


def test_merged_deals_end_in_their_survivor(home: Warehouse) -> None:
    joined = deal(
        "C",
        {"dealstage": "s2", "hs_merged_object_ids": "A;B"},
        dealstage=[moment("s2", "2024-03-08T10:00:00Z"), moment("s1", "2024-03-01T09:00:00Z")],
        hs_merged_object_ids=[
            moment("A;B", "2024-03-20T12:00:00Z", "MERGE_OBJECTS"),
            moment("", "2024-03-19T12:00:00Z"),
        ],
    )
    home.lake("hubspot__deals", [record("A", deal("A")), record("B", deal("B")), record("C", joined)])
    home.run("path:models/staging path:models/canonical")

    found = deals_of(home)
    assert {key: (row["merged_into"], row["is_judged"]) for key, row in found.items()} == {
        "A": ("C", False),
        "B": ("C", False),
        "C": (None, True),
    }
    assert {row["merged_at"] for row in found.values()} == {at("2024-03-20T12:00:00")}
    assert found["A"]["unjudged_reason"] == "merged"


@pytest.mark.slow
def test_the_order_and_number_of_deliveries_do_not_matter(tmp_path: Path, home: Warehouse) -> None:
    first = record("1", deal("1", {"amount": "1"}), modified_at=at("2024-03-01"), extracted_at=at("2024-03-02"), seq=1)
    edited = record("1", deal("1", {"amount": "2"}), modified_at=at("2024-03-05"), extracted_at=at("2024-03-06"), seq=2)
    archived = edited | {"is_deleted": True, "extracted_at": at("2024-03-09"), "seq": 5}
    late_copy = first | {"extracted_at": at("2024-03-07"), "seq": 4}
    again = edited | {"extracted_at": at("2024-03-06"), "seq": 3}
    cursor = record("deals", {"stream": "deals"}, kind="cursor", seq=6)
    results = []
    for rows in (
        [first, edited, again, late_copy, archived, cursor],
        [cursor, archived, late_copy, again, edited, first],
    ):
        home.lake("hubspot__deals", rows, replace=True)
        home.run("path:models/staging path:models/canonical")
        results.append(home.query("select * from canonical.int_deals"))
    assert results[0] == results[1]
    assert [(r["amount"], r["is_deleted"]) for r in results[0]] == [(Decimal("2.00"), True)]


@pytest.mark.slow
def test_a_deal_without_history_stands_where_it_was_last_seen(home: Warehouse) -> None:
    home.lake("hubspot__deals", [record("1", deal("1", {"dealstage": "s2"}), modified_at=at("2024-03-05"))])
    home.run("path:models/staging path:models/canonical")
    changes = home.query("select stage_key, entered_at, source, precision from canonical.int_stage_changes")
    assert [tuple(c.values()) for c in changes] == [("two", at("2024-03-05"), "snapshot", "order")]
    fields = home.query("select field, value, changed_at, source from canonical.int_field_changes")
    assert [tuple(f.values()) for f in fields] == [("amount", "100", None, "snapshot")]


def test_a_deleted_stage_is_placed_by_the_pipeline_of_that_time(home: Warehouse) -> None:
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "old", "stage_id": "s9", "stage_key": "one"},
            {"connection": "acme", "pipeline_id": "p1", "stage_id": "s2", "stage_key": "two"},
        ],
    )
    payload = deal(
        "1",
        {"dealstage": "s2"},
        pipeline=[moment("p1", "2024-03-05T10:00:00Z"), moment("old", "2024-03-01T09:00:00Z")],
        dealstage=[moment("s2", "2024-03-05T10:00:00Z"), moment("s9", "2024-03-01T09:00:00Z")],
    )
    home.lake("hubspot__deals", [record("1", payload)])
    home.run("path:models/staging path:models/canonical")
    changes = home.query("select pipeline_id, stage_key from canonical.int_stage_changes order by entered_at")
    assert [tuple(c.values()) for c in changes] == [("old", "one"), ("p1", "two")]


@pytest.mark.slow
def test_deleted_stages_keep_their_last_name_and_renamed_ones_have_the_newest(home: Warehouse) -> None:
    stages = PIPELINES["stages"]
    renamed = {**stages[0], "label": "First of all"}
    listing = {**PIPELINES, "stages": [renamed, stages[2]]}
    home.lake("hubspot__pipelines", [record("p1", listing, extracted_at=at("2024-06-09"))])

    def told(timestamp: str, thing: dict[str, Any], action: str = "UPDATE") -> dict[str, Any]:
        return {"identifier": thing["id"], "action": action, "timestamp": timestamp, "rawObject": thing}

    early = {
        "id": "s0",
        "label": "Never read",
        "displayOrder": 9,
        "metadata": {"probability": "0.3", "isClosed": "false"},
    }
    home.lake(
        "hubspot__pipeline_audits",
        [
            record(
                "p1",
                {
                    "pipelineId": "p1",
                    "results": [
                        told(
                            "2024-06-05T00:00:00Z", {**PIPELINES, "stages": [stages[0], {**stages[1], "label": "Late"}]}
                        ),
                        told("2020-01-01T00:00:00Z", PIPELINES, "CREATE"),
                    ],
                },
            ),
            record(
                "p1:s0",
                {"pipelineId": "p1", "stageId": "s0", "results": [told("2023-01-01T00:00:00Z", early, "DELETE")]},
            ),
        ],
    )
    home.run("path:models/staging path:models/canonical")
    found = home.query("select * from staging.stg_hubspot__stages order by stage_id")
    assert {row["stage_id"]: (row["stage_name"], row["probability"], row["is_deleted"]) for row in found} == {
        "new": ("Nobody mapped me", 0.2, True),
        "s0": ("Never read", 0.3, True),
        "s1": ("First of all", 0.1, False),
        "s2": ("Late", 0.5, True),
        "sw": ("Signed", 1.0, False),
    }
    assert {row["pipeline_name"] for row in found} == {"Sales"}
    kept = home.query("select stage_id, stage_key, is_won from canonical.int_crm_stages order by 1")
    assert [tuple(row.values()) for row in kept if row["stage_id"] in ("s2", "sw")] == [
        ("s2", "two", False),
        ("sw", "won", True),
    ]
