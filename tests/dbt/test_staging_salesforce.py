"""Salesforce payloads, in the one form of REST and Bulk rows, become canonical rows that say how sure they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record

DEAL = "0065f0000000001AAA"
ANN, BOB, FLOW, INTEGRATION = "0055f0000000001AAA", "0055f0000000002AAA", "0055f0000000003AAA", "0055f0000000004AAA"
STAGES = [("Open", "10", "false", "false"), ("Offer", "50", "false", "false"), ("Signed", "100", "true", "true")]


def user(user_id: str, name: str, **fields: str | None) -> dict[str, Any]:
    standard = {"Id": user_id, "Name": name, "Email": f"{name}@Example.com", "IsActive": "true", "UserType": "Standard"}
    return record(user_id, {**standard, **fields})


def deal(deal_id: str = DEAL, **fields: str | None) -> dict[str, Any]:
    standard = {
        "Id": deal_id,
        "Name": "Deal",
        "StageName": "Open",
        "Amount": "100",
        "CloseDate": "2024-05-01",
        "OwnerId": ANN,
        "IsDeleted": "false",
        "CreatedDate": "2024-03-01T09:00:00.000Z",
        "SystemModstamp": "2024-04-01T09:00:00.000Z",
    }
    return {**standard, **fields}


def told(number: int, when: str, stage: str, *, of: str = DEAL, by: str = ANN, **fields: str | None) -> dict[str, Any]:
    """A row of OpportunityHistory; when like '03-01T09:00:00'."""
    row_id = f"0085f0000000{number:06d}"
    payload = {
        "Id": row_id,
        "OpportunityId": of,
        "StageName": stage,
        "Amount": "100",
        "CloseDate": "2024-05-01",
        "IsDeleted": "false",
        "CreatedDate": f"2024-{when}.000Z",
        "CreatedById": by,
        **fields,
    }
    return record(row_id, payload, modified_at=at(f"2024-{when}"))


def changed(
    number: int, when: str, field: str, old: str | None, new: str | None, *, of: str = DEAL, by: str = ANN
) -> dict[str, Any]:
    """A row of OpportunityFieldHistory."""
    row_id = f"0175f0000000{number:06d}"
    payload = {"Id": row_id, "OpportunityId": of, "Field": field, "OldValue": old, "NewValue": new}
    payload |= {"IsDeleted": "false", "CreatedDate": f"2024-{when}.000Z", "CreatedById": by}
    return record(row_id, payload, modified_at=at(f"2024-{when}"))


@pytest.fixture
def home(tmp_path: Path) -> Warehouse:
    home = Warehouse(tmp_path)
    connection = {"connection": "acme", "crm": "salesforce", "state": "good", "judged_at": at("2024-06-03T05:00:00")}
    home.reference("connections", [{**connection, "default_currency": "EUR"}])
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "default", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    stage_keys = (("Open", "one"), ("Offer", "two"), ("Signed", "won"))
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "default", "stage_id": stage, "stage_key": key}
            for stage, key in stage_keys
        ],
    )
    home.lake(
        "salesforce__stages",
        [
            record(
                f"01J{n}",
                {"ApiName": name, "MasterLabel": name, "SortOrder": str(n), "DefaultProbability": probability,
                 "IsActive": "true", "IsClosed": closed, "IsWon": won},
            )
            for n, (name, probability, closed, won) in enumerate(STAGES, 1)
        ],
    )  # fmt: skip
    home.lake(
        "salesforce__users",
        [
            user(ANN, "Ann", UserRoleId="00E1", ManagerId=BOB),
            user(BOB, "Bob", IsActive="false"),
            user(FLOW, "Automated Process", UserType="AutomatedProcess"),
            user(INTEGRATION, "Sync", **{"Profile.UserLicense.Name": "Salesforce Integration"}),
        ],
    )
    home.lake("salesforce__user_roles", [record("00E1", {"Id": "00E1", "Name": "West"})])
    return home


def build(home: Warehouse) -> None:
    home.run("path:models/staging path:models/canonical")


def walk(home: Warehouse, deal_id: str = DEAL) -> list[tuple[Any, ...]]:
    rows = home.query(
        "select stage_id, entered_at, source, precision, actor_kind from canonical.int_stage_changes "
        "where deal_key = ? order by entered_at, change_id",
        f"acme:{deal_id}",
    )
    return [tuple(row.values()) for row in rows]


def values(home: Warehouse, field: str, deal_id: str = DEAL) -> list[tuple[Any, ...]]:
    rows = home.query(
        "select value, changed_at, source from canonical.int_field_changes where deal_key = ? and field = ? "
        "order by changed_at nulls first, change_id",
        f"acme:{deal_id}",
        field,
    )
    return [tuple(row.values()) for row in rows]


def test_a_row_of_the_history_is_a_change_of_stage_only_where_the_stage_differs(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal(StageName="Signed", CurrencyIsoCode="USD"))])
    home.lake(
        "salesforce__opportunity_history",
        [
            told(3, "03-20T10:00:00", "Offer", by=INTEGRATION, Amount="250"),
            told(1, "03-01T09:00:00", "Open", Amount=None),
            told(2, "03-05T10:00:00", "Open", Amount="250", CloseDate="2024-06-01"),
            told(4, "04-01T09:00:00", "Signed", by=FLOW, Amount="250", CloseDate="2024-04-01"),
        ],
    )
    build(home)

    assert walk(home) == [
        ("Open", at("2024-03-01T09:00:00"), "history", "second", "person"),
        ("Offer", at("2024-03-20T10:00:00"), "history", "second", "integration"),
        ("Signed", at("2024-04-01T09:00:00"), "history", "second", "workflow"),
    ]
    assert values(home, "amount") == [("250", at("2024-03-05T10:00:00"), "history")]
    assert values(home, "close_date") == [
        ("2024-05-01", at("2024-03-01T09:00:00"), "history"),
        ("2024-06-01", at("2024-03-05T10:00:00"), "history"),
        ("2024-05-01", at("2024-03-20T10:00:00"), "history"),
        ("2024-04-01", at("2024-04-01T09:00:00"), "history"),
    ]
    found = home.query("select * from canonical.int_deals")[0]
    assert (found["stage_key"], found["is_won"], found["currency"]) == ("won", True, "USD")
    assert found["closed_at"] == at("2024-04-01T09:00:00")
    assert str(found["close_date"]) == "2024-05-01"


def test_rows_of_one_second_are_in_the_order_of_their_ids(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal(StageName="Signed"))])
    rows = [told(1, "03-01T09:00:00", "Open"), told(2, "03-01T09:00:00", "Offer"), told(3, "03-01T09:00:00", "Signed")]
    home.lake("salesforce__opportunity_history", rows[::-1])
    build(home)

    assert [row[0] for row in walk(home)] == ["Open", "Offer", "Signed"]


def test_a_history_that_begins_late_dates_only_what_it_knows(home: Warehouse) -> None:
    other, third = DEAL[:-1] + "B", DEAL[:-1] + "C"
    home.lake("salesforce__opportunities", [record(i, deal(i, StageName="Offer")) for i in (DEAL, other, third)])
    home.lake(
        "salesforce__opportunity_history",
        [
            told(1, "03-10T09:00:00", "Offer", FromOpportunityStageName="Open"),
            told(2, "03-10T09:00:00", "Offer", of=other, FromOpportunityStageName="Offer"),
            told(3, "03-10T09:00:00", "Offer", of=third),
        ],
    )
    build(home)

    assert walk(home)[0][:4] == ("Offer", at("2024-03-10T09:00:00"), "history", "second")
    assert walk(home, other)[0][2:4] == ("snapshot", "order")
    assert walk(home, third)[0][2:4] == ("inferred", "order")
    assert values(home, "amount") == [("100", None, "snapshot")]


def test_without_any_history_all_is_a_snapshot(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal(), modified_at=at("2024-04-01T09:00:00"))])
    build(home)

    assert walk(home) == [("Open", at("2024-04-01T09:00:00"), "snapshot", "order", "unknown")]
    assert values(home, "amount") == [("100", None, "snapshot")]
    assert values(home, "close_date") == [("2024-05-01", None, "snapshot")]
    assert values(home, "owner") == [(ANN, None, "snapshot")]


def test_a_deal_that_was_deleted_and_came_back_is_live(home: Warehouse) -> None:
    gone = deal(IsDeleted="true", SystemModstamp="2024-04-02T09:00:00.000Z")
    home.lake("salesforce__opportunities", [record(DEAL, gone, modified_at=at("2024-04-02"), is_deleted=True)])
    build(home)
    assert home.values("select unjudged_reason from canonical.int_deals") == ["deleted"]
    home.lake("salesforce__opportunities", [record(DEAL, deal(), modified_at=at("2024-04-03"))])
    build(home)
    assert home.values("select is_judged from canonical.int_deals") == [True]


def test_owners_come_from_the_field_history_by_their_ids(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal(OwnerId=BOB))])
    home.lake(
        "salesforce__opportunity_field_history",
        [
            changed(1, "03-01T09:00:00", "created", None, None),
            changed(2, "03-10T09:00:00", "Owner", ANN[:15], BOB[:15]),
            changed(3, "03-10T09:00:00", "Owner", "Ann", "Bob"),
        ],
    )
    build(home)

    assert values(home, "owner") == [
        (ANN, at("2024-03-01T09:00:00"), "inferred"),
        (BOB, at("2024-03-10T09:00:00"), "history"),
    ]


def test_a_tracked_field_dates_its_values_and_what_it_held_before(home: Warehouse) -> None:
    home.reference("field_map", [{"connection": "acme", "field": "lost_reason", "native_field": "Loss_Reason__c"}])
    later, older, untouched = DEAL[:-1] + "B", DEAL[:-1] + "C", DEAL[:-1] + "D"
    made = {"CreatedDate": "2024-03-20T09:00:00.000Z"}
    home.lake(
        "salesforce__opportunities",
        [
            record(DEAL, deal(Loss_Reason__c="Price")),
            record(later, deal(later, Loss_Reason__c="Budget", **made)),
            record(older, deal(older, Loss_Reason__c="Budget")),
            record(untouched, deal(untouched, Loss_Reason__c="Timing")),
        ],
    )
    home.lake(
        "salesforce__opportunity_field_history",
        [
            changed(1, "03-10T09:00:00", "Loss_Reason__c", None, "Price"),
            changed(2, "03-25T09:00:00", "Loss_Reason__c", "Price", "Budget", of=later),
            changed(3, "03-25T09:00:00", "Loss_Reason__c", "Price", "Timing", of=older),
        ],
    )
    build(home)

    assert values(home, "lost_reason") == [("Price", at("2024-03-10T09:00:00"), "history")]
    # Made while the field was tracked: its first value is known from the beginning.
    assert values(home, "lost_reason", later) == [
        ("Price", at("2024-03-20T09:00:00"), "inferred"),
        ("Budget", at("2024-03-25T09:00:00"), "history"),
    ]
    # Made before: nobody can tell since when; and what it holds now is not what its history ends with.
    assert sorted(values(home, "lost_reason", older), key=str) == [
        ("Budget", None, "snapshot"),
        ("Price", None, "snapshot"),
        ("Timing", at("2024-03-25T09:00:00"), "history"),
    ]
    assert values(home, "lost_reason", untouched) == [("Timing", None, "snapshot")]


def test_activities_contacts_and_documents(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal())])
    common = {"WhatId": DEAL, "CreatedDate": "2024-03-05T10:00:00.000Z", "OwnerId": ANN, "WhoId": "0031"}
    call = {**common, "TaskSubtype": "Call", "CallType": "Inbound", "Status": "Done", "IsClosed": "true"}
    home.lake(
        "salesforce__tasks",
        [
            record("00T1", {**call, "ActivityDate": "2024-03-04", "CompletedDateTime": "2024-03-05T10:00:00.000Z"}),
            record("00T2", {**call, "IsClosed": "false", "Status": "Not Started", "ActivityDate": "2024-03-06"}),
            record("00T3", {**call, "TaskSubtype": "Email", "CallType": None, "ActivityDate": "2024-03-07"}),
            record("00T4", {**call, "WhatId": "0011", "ActivityDate": "2024-03-07"}),
        ],
    )
    meeting = {**common, "StartDateTime": "2024-03-08T13:00:00.000Z", "WhoCount": "3", "IsAllDayEvent": "false"}
    home.lake(
        "salesforce__events",
        [
            record("00U1", {**meeting, "ActivityDate": "2024-03-08"}),
            record("00U2", {**meeting, "IsChild": "true"}),
            record("00U3", {**meeting, "IsAllDayEvent": "true", "ActivityDate": "2024-03-09", "WhoId": None}),
            record("00U4", meeting, is_deleted=True),
        ],
    )
    role = {"OpportunityId": DEAL, "ContactId": "0031", "Role": "Decision Maker", "IsDeleted": "false"}
    role["CreatedDate"] = "2024-03-02T09:00:00.000Z"
    home.lake(
        "salesforce__contact_roles",
        [
            record("00K1", role),
            record("00K2", {**role, "ContactId": "0032", "IsDeleted": "true"}, modified_at=at("2024-04-01"),
                   is_deleted=True),
            record("00K3", {**role, "ContactId": "0033"}, extracted_at=at("2024-05-05"), is_deleted=True),
        ],
    )  # fmt: skip
    quote = {"OpportunityId": DEAL, "Status": "Presented", "CreatedDate": "2024-03-09T09:00:00.000Z"}
    home.lake("salesforce__quotes", [record("0Q01", quote)])
    build(home)

    activities = {row["activity_id"]: row for row in home.query("select * from canonical.int_activities")}
    assert set(activities) == {"task 00T1", "task 00T2", "task 00T3", "event 00U1", "event 00U3"}
    held = activities["task 00T1"]
    assert (held["kind"], held["outcome"], held["direction"], held["precision"]) == ("call", "completed", "in", "day")
    assert held["occurred_at"] == at("2024-03-04")
    assert activities["task 00T2"]["outcome"] == "not started"
    assert (activities["task 00T3"]["kind"], activities["task 00T3"]["direction"]) == ("email", None)
    met = activities["event 00U1"]
    assert (met["kind"], met["occurred_at"], met["contact_count"]) == ("meeting", at("2024-03-08T13:00:00"), 3)
    assert activities["event 00U3"]["precision"] == "day"
    contacts = {row["contact_id"]: row for row in home.query("select * from canonical.int_deal_contacts")}
    assert {c: row["removed_at"] for c, row in contacts.items()} == {
        "0031": None,
        "0032": at("2024-04-01"),
        "0033": at("2024-05-05"),
    }
    assert contacts["0031"]["role"] == "decision maker"
    assert home.values("select status from canonical.int_documents") == ["presented"]


def test_people_stages_and_record_types(home: Warehouse) -> None:
    home.lake("salesforce__record_types", [record("0121", {"Id": "0121", "Name": "Renewals", "IsActive": "true"})])
    home.lake("salesforce__opportunities", [record(DEAL, deal(RecordTypeId="0129"))])
    build(home)

    owners = {row["owner_id"]: row for row in home.query("select * from canonical.int_owners")}
    assert (owners[ANN]["email"], owners[ANN]["team"]) == ("ann@example.com", "West")
    assert owners[BOB]["is_active"] is False
    stages = home.query("select * from canonical.int_crm_stages")
    assert {row["pipeline_name"] for row in stages} == {"default", "Renewals", "0129"}
    assert len(stages) == 9
    signed = next(row for row in stages if row["stage_id"] == "Signed" and row["pipeline_id"] == "default")
    assert (signed["probability"], signed["is_closed"], signed["is_won"]) == (1.0, True, True)
    assert signed["stage_key"] == "won"
    assert home.values("select unjudged_reason from canonical.int_deals") == ["deal_type"]


def test_what_cannot_be_read_is_listed(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal(Amount="a lot", CloseDate="9999-01-01"))])
    build(home)

    rejects = home.query("select field, value from staging.stg_rejects order by field")
    assert rejects == [{"field": "amount", "value": "a lot"}, {"field": "close_date", "value": "9999-01-01"}]


def test_the_keys_of_all_models_are_unique(home: Warehouse) -> None:
    home.lake("salesforce__opportunities", [record(DEAL, deal()), record(DEAL, deal())])
    home.lake("salesforce__opportunity_history", [told(1, "03-01T09:00:00", "Open")] * 2)
    home.lake("salesforce__opportunity_field_history", [changed(1, "03-10T09:00:00", "Owner", ANN, BOB)] * 2)
    build(home)
    home.run("path:models/staging/salesforce", command="test")
