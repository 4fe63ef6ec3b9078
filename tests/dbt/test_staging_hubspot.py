"""HubSpot payloads, as its API writes them, become canonical rows; what is wrong in them is listed and breaks none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record

PIPELINES = {
    "id": "p1",
    "label": "Sales",
    "stages": [
        {"id": "s1", "label": "First", "displayOrder": 0, "metadata": {"probability": "0.1", "isClosed": "false"}},
        {"id": "s2", "label": "Second", "displayOrder": 1, "metadata": {"probability": "0.5", "isClosed": "false"}},
        {"id": "sw", "label": "Signed", "displayOrder": 2, "metadata": {"probability": "1.0", "isClosed": "true"}},
        {
            "id": "new",
            "label": "Nobody mapped me",
            "displayOrder": 3,
            "metadata": {"probability": "0.2", "isClosed": "false"},
        },
    ],
}

QUOTE = {"hs_status": "APPROVED", "hs_createdate": "2024-03-06T10:00:00Z", "hubspot_owner_id": "42"}


def moment(value: str | None, timestamp: str, source: str = "CRM_UI", user: str = "7") -> dict[str, Any]:
    return {
        "value": value,
        "timestamp": timestamp,
        "sourceType": source,
        "sourceId": f"userId:{user}",
        "updatedByUserId": int(user),
    }


def deal(deal_id: str, properties: dict[str, Any] | None = None, **histories: list[dict[str, Any]]) -> dict[str, Any]:
    standard = {
        "dealname": f"Deal {deal_id}",
        "pipeline": "p1",
        "dealstage": "s1",
        "createdate": "2024-03-01T09:00:00Z",
        "amount": "100",
        "deal_currency_code": "EUR",
    }
    return {
        "id": deal_id,
        "properties": {**standard, **(properties or {})},
        "propertiesWithHistory": histories,
        "createdAt": "2024-03-01T09:00:00Z",
        "archived": False,
    }


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    home = Warehouse(tmp_path)
    home.reference(
        "connections",
        [
            {
                "connection": "acme",
                "crm": "hubspot",
                "state": "good",
                "judged_at": at("2024-06-03T05:00:00"),
                "default_currency": "EUR",
                "deal_url_template": "https://crm.example/deal/{id}",
            }
        ],
    )
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "p1", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "p1", "stage_id": stage, "stage_key": key}
            for stage, key in (("s1", "one"), ("s2", "two"), ("sw", "won"))
        ],
    )
    home.reference(
        "fx_rates",
        [
            {"currency": "USD", "rate_to_home": 0.8, "valid_from": date(2024, 1, 1)},
            {"currency": "USD", "rate_to_home": 0.9, "valid_from": date(2024, 5, 1)},
        ],
    )
    home.lake("hubspot__pipelines", [record("p1", PIPELINES)])
    return home


def deals_of(home: Warehouse) -> dict[str, dict[str, Any]]:
    return {row["deal_id"]: row for row in home.query("select * from canonical.int_deals")}


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


def test_a_slip_in_the_number_of_contacts_is_listed_and_fills_no_disk(home: Warehouse) -> None:
    counts = [moment(text, "2024-03-02T09:00:00Z") for text in ("99999999999", "many", "-1", "2")]
    history = {name: [entry] for name, entry in zip("abcd", counts, strict=True)}
    home.lake(
        "hubspot__deals",
        [record(name, deal(name, {}, num_associated_contacts=entries)) for name, entries in history.items()],
    )
    home.run("path:models/staging")
    shown = home.query("select deal_id, count(*) as people from staging.stg_hubspot__contacts group by 1 order by 1")
    assert [tuple(row.values()) for row in shown] == [("a", 10_000), ("d", 2)]
    assert home.query("select id, value, reason from staging.stg_rejects order by id") == [
        {"id": f"{name}:num_associated_contacts", "value": value, "reason": "not a whole number from 0 to 10000"}
        for name, value in (("a", "99999999999"), ("b", "many"), ("c", "-1"))
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


def test_activities_contacts_and_documents_belong_to_their_deals(home: Warehouse) -> None:
    def link(kind: str, to: str, of: str, *targets: str) -> dict[str, Any]:
        types = [{"category": "USER_DEFINED", "typeId": 1, "label": "Decision Maker"}]
        listed = [{"toObjectId": int(t), "associationTypes": types} for t in targets]
        return record(f"{kind}:{to}:{of}", {"from": {"id": of}, "to": listed})

    counted = deal(
        "1",
        num_associated_contacts=[
            moment("1", "2024-03-09T10:00:00Z", "CALCULATED"),
            moment("2", "2024-03-05T10:00:00Z", "CALCULATED"),
            moment("1", "2024-03-03T10:00:00Z", "CALCULATED"),
            moment("0", "2024-03-01T09:00:00Z", "CALCULATED"),
        ],
    )
    home.lake("hubspot__deals", [record("1", counted), record("2", deal("2"))])
    home.lake(
        "hubspot__meetings",
        [
            record(
                "11",
                {
                    "id": "11",
                    "createdAt": "2024-03-02T08:00:00Z",
                    "properties": {
                        "hs_meeting_start_time": "2024-03-04T10:00:00Z",
                        "hs_timestamp": "2024-03-04T09:00:00Z",
                        "hs_createdate": "2024-03-02T08:00:00Z",
                        "hs_meeting_outcome": "NO_SHOW",
                        "hubspot_owner_id": "42",
                    },
                },
            )
        ],
    )
    home.lake(
        "hubspot__calls",
        [
            record(
                "11",
                {
                    "id": "11",
                    "properties": {
                        "hs_timestamp": "2024-03-05T10:00:00Z",
                        "hs_call_status": "COMPLETED",
                        "hs_call_direction": "INBOUND",
                        "hs_call_title": "Demo of the new line",
                    },
                },
            ),
            record("12", {"properties": {"hs_timestamp": "2024-03-05T10:00:00Z"}}, is_deleted=True),
        ],
    )
    home.lake(
        "hubspot__emails",
        [
            record(
                "13",
                {
                    "properties": {
                        "hs_timestamp": "1709632800000",
                        "hs_email_direction": "EMAIL",
                        "hs_email_status": "SENT",
                    }
                },
            )
        ],
    )
    home.lake(
        "hubspot__quotes",
        [record("21", {"properties": QUOTE})],
    )
    home.lake(
        "hubspot__associations",
        [
            link("meetings", "deals", "11", "1", "2"),
            link("meetings", "contacts", "11", "501", "502"),
            link("calls", "deals", "11", "1"),
            link("calls", "deals", "12", "1"),
            link("emails", "deals", "13", "1"),
            link("deals", "quotes", "1", "21"),
            link("deals", "contacts", "1", "501"),
            link("deals", "contacts", "2", "502"),
        ],
    )
    home.run("path:models/staging path:models/canonical")

    activities = home.query("select * from canonical.int_activities order by deal_key, kind")
    assert [(a["deal_key"], a["kind"], a["outcome"], a["direction"], a["contact_count"]) for a in activities] == [
        ("acme:1", "call", "completed", "in", 0),
        ("acme:1", "email", "sent", "out", 0),
        ("acme:1", "meeting", "no_show", None, 2),
        ("acme:2", "meeting", "no_show", None, 2),
    ]
    meeting = activities[-1]
    assert (meeting["occurred_at"], meeting["recorded_at"]) == (at("2024-03-04T10:00:00"), at("2024-03-02T08:00:00"))
    assert meeting["owner_key"] == "acme:42", "an owner whom nobody lists keeps a key of his own"
    assert home.values("select owner_key from canonical.int_owners") == ["acme:42"]

    contacts = home.query("select * from canonical.int_deal_contacts order by deal_key, added_at")
    assert [(c["deal_key"], c["contact_id"], c["added_at"], c["removed_at"]) for c in contacts] == [
        ("acme:1", "501", at("2024-03-03T10:00:00"), None),
        ("acme:1", "contact 2", at("2024-03-05T10:00:00"), at("2024-03-09T10:00:00")),
        ("acme:2", "502", None, None),
    ]
    assert contacts[0]["role"] == "decision maker"
    documents = home.query(
        "select deal_key, kind, status, occurred_at, actor_id from canonical.int_documents order by kind"
    )
    assert [tuple(d.values()) for d in documents] == [
        ("acme:1", "approval", "approved", None, None),
        ("acme:1", "quote", "approved", at("2024-03-06T10:00:00"), "42"),
    ]
    assert [(a["kind"], a["subject"]) for a in activities[:2]] == [("call", "demo of the new line"), ("email", None)]


@pytest.mark.slow
def test_a_deal_without_history_stands_where_it_was_last_seen(home: Warehouse) -> None:
    home.lake("hubspot__deals", [record("1", deal("1", {"dealstage": "s2"}), modified_at=at("2024-03-05"))])
    home.run("path:models/staging path:models/canonical")
    changes = home.query("select stage_key, entered_at, source, precision from canonical.int_stage_changes")
    assert [tuple(c.values()) for c in changes] == [("two", at("2024-03-05"), "snapshot", "order")]
    fields = home.query("select field, value, changed_at, source from canonical.int_field_changes")
    assert [tuple(f.values()) for f in fields] == [("amount", "100", None, "snapshot")]


@pytest.mark.slow
def test_a_custom_field_takes_the_place_of_the_standard_one(home: Warehouse) -> None:
    home.reference(
        "field_map",
        [
            {"connection": "acme", "field": "amount", "native_field": "tcv"},
            {"connection": "acme", "field": "budget", "native_field": "budget_ok__c"},
        ],
    )
    payload = deal(
        "1",
        {"tcv": "777", "budget_ok__c": "yes"},
        tcv=[moment("777", "2024-03-03T10:00:00Z", user="99")],
        amount=[moment("100", "2024-03-02T10:00:00Z")],
        budget_ok__c=[moment("yes", "2024-03-04T10:00:00Z")],
    )
    home.reference("system_actors", [{"connection": "acme", "actor_id": "99"}])
    home.lake("hubspot__deals", [record("1", payload)])
    home.run("path:models/staging path:models/canonical")
    assert deals_of(home)["1"]["amount"] == Decimal("777.00")
    fields = home.query("select field, value, actor_kind from canonical.int_field_changes order by field")
    assert [tuple(f.values()) for f in fields] == [("amount", "777", "integration"), ("budget", "yes", "person")]


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
