"""Salesforce payloads, in the one form of REST and Bulk rows, become canonical rows that say how sure they are.

All rows are built once; each test looks at deals of its own.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at
from tests.dbt.salesforce_org import (
    ANN,
    AT_ONCE,
    AT_ONCE_RETYPED,
    BACK,
    BOB,
    FROM_NOWHERE,
    FROM_OFFER,
    FROM_OPEN,
    GONE,
    HANDED_OVER,
    LATER,
    MASTER,
    NEW_TYPE,
    ODD,
    OLDER,
    RENEWAL,
    RENEWALS,
    RETYPED,
    SNAPSHOT,
    TOLD_BEFORE,
    TRACKED,
    TYPED_SINCE,
    UNTOUCHED,
    WALKED,
    built,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return built(tmp_path_factory.mktemp("salesforce"))


def walk(home: Warehouse, deal_id: str) -> list[tuple[Any, ...]]:
    rows = home.query(
        "select stage_id, entered_at, source, precision, actor_kind from canonical.int_stage_changes "
        "where deal_key = ? order by entered_at, change_id",
        f"acme:{deal_id}",
    )
    return [tuple(row.values()) for row in rows]


def pipelines(home: Warehouse, deal_id: str) -> list[tuple[Any, ...]]:
    rows = home.query(
        "select pipeline_id, stage_key, entered_at, source, precision from canonical.int_stage_changes "
        "where deal_key = ? order by entered_at, change_id",
        f"acme:{deal_id}",
    )
    return [tuple(row.values()) for row in rows]


def values(home: Warehouse, field: str, deal_id: str) -> list[tuple[Any, ...]]:
    rows = home.query(
        "select value, changed_at, source from canonical.int_field_changes where deal_key = ? and field = ? "
        "order by changed_at nulls first, change_id",
        f"acme:{deal_id}",
        field,
    )
    return [tuple(row.values()) for row in rows]


def test_a_row_of_the_history_is_a_change_of_stage_only_where_the_stage_differs(home: Warehouse) -> None:
    assert walk(home, WALKED) == [
        ("Open", at("2024-03-01T09:00:00"), "history", "second", "person"),
        ("Offer", at("2024-03-20T10:00:00"), "history", "second", "integration"),
        ("Signed", at("2024-04-01T09:00:00"), "history", "second", "workflow"),
    ]
    assert values(home, "amount", WALKED) == [("250", at("2024-03-05T10:00:00"), "history")]
    assert values(home, "close_date", WALKED) == [
        ("2024-05-01", at("2024-03-01T09:00:00"), "history"),
        ("2024-06-01", at("2024-03-05T10:00:00"), "history"),
        ("2024-05-01", at("2024-03-20T10:00:00"), "history"),
        ("2024-04-01", at("2024-04-01T09:00:00"), "history"),
    ]
    found = home.query("select * from canonical.int_deals where deal_id = ?", WALKED)[0]
    assert (found["stage_key"], found["is_won"], found["currency"]) == ("won", True, "USD")
    assert found["closed_at"] == at("2024-04-01T09:00:00")
    assert str(found["close_date"]) == "2024-05-01"


def test_rows_of_one_second_are_in_the_order_of_their_ids(home: Warehouse) -> None:
    assert [row[0] for row in walk(home, AT_ONCE)] == ["Open", "Offer", "Signed"]


def test_a_history_that_begins_late_dates_only_what_it_knows(home: Warehouse) -> None:
    assert walk(home, FROM_OPEN)[0][:4] == ("Offer", at("2024-03-10T09:00:00"), "history", "second")
    assert walk(home, FROM_OFFER)[0][2:4] == ("snapshot", "order")
    assert walk(home, FROM_NOWHERE)[0][2:4] == ("inferred", "order")
    # Older perhaps, but there by then; and no gate before the first row can be dated anyway.
    assert values(home, "amount", FROM_OPEN) == [("100", at("2024-03-10T09:00:00"), "history")]


def test_a_change_of_record_type_is_a_change_of_stage_with_a_time_of_its_own(home: Warehouse) -> None:
    begun, offered, retyped = at("2024-03-01T09:00:00"), at("2024-03-12T09:00:00"), at("2024-03-20T09:00:00")
    assert pipelines(home, RETYPED) == [
        (NEW_TYPE, "one", begun, "history", "second"),
        (NEW_TYPE, "two", offered, "history", "second"),
        (RENEWALS, "won", retyped, "history", "second"),
    ]
    assert [row[4] for row in walk(home, RETYPED)] == ["person", "workflow", "person"]
    # A field of its own it is not: conditions on the pipeline read the walk.
    assert home.query("select * from staging.stg_salesforce__field_changes where native_field like 'RecordType%'") == []


def test_of_one_second_the_record_type_that_it_left_behind_counts(home: Warehouse) -> None:
    assert [(row[0], row[2]) for row in pipelines(home, AT_ONCE_RETYPED)] == [
        ("default", at("2024-03-01T09:00:00")),
        (RENEWALS, at("2024-03-12T09:00:00")),
    ]


def test_where_record_types_were_not_tracked_the_present_one_is_inferred_if_it_matters(home: Warehouse) -> None:
    assert pipelines(home, TOLD_BEFORE) == [
        (RENEWALS, "one", at("2024-03-01T09:00:00"), "history", "second"),  # the same stage in every record type
        (RENEWALS, "won", at("2024-03-03T09:00:00"), "inferred", "second"),
        (RENEWALS, "one", at("2024-03-12T09:00:00"), "history", "second"),
        (RENEWALS, "won", at("2024-03-13T09:00:00"), "history", "second"),  # tracked since 5 March: nothing untold
    ]
    offered = [row for row in pipelines(home, WALKED) if row[1] == "two"]
    assert offered == [("default", "two", at("2024-03-20T10:00:00"), "history", "second")]
    assert pipelines(home, MASTER)[0][0] == "default"


def test_a_record_type_that_came_untold_is_inferred_after_the_last_one_told(home: Warehouse) -> None:
    assert pipelines(home, TYPED_SINCE) == [
        ("default", "one", at("2024-03-01T09:00:00"), "history", "second"),
        (NEW_TYPE, "one", at("2024-03-05T09:00:00"), "history", "second"),
        (NEW_TYPE, "two", at("2024-03-12T09:00:00"), "history", "second"),
        (RENEWALS, "won", at("2024-04-01T09:00:00"), "inferred", "order"),
    ]


def test_without_any_history_all_is_a_snapshot(home: Warehouse) -> None:
    assert walk(home, SNAPSHOT) == [("Open", at("2024-04-01T09:00:00"), "snapshot", "order", "unknown")]
    assert values(home, "amount", SNAPSHOT) == [("100", None, "snapshot")]
    assert values(home, "close_date", SNAPSHOT) == [("2024-05-01", None, "snapshot")]
    assert values(home, "owner", SNAPSHOT) == [(ANN, None, "snapshot")]


def test_a_deal_that_was_deleted_and_came_back_is_live(home: Warehouse) -> None:
    rows = home.query("select deal_id, unjudged_reason from canonical.int_deals where deal_id in (?, ?)", GONE, BACK)
    assert {row["deal_id"]: row["unjudged_reason"] for row in rows} == {GONE: "deleted", BACK: None}


def test_owners_come_from_the_field_history_by_their_ids(home: Warehouse) -> None:
    assert values(home, "owner", HANDED_OVER) == [
        (ANN, at("2024-03-01T09:00:00"), "inferred"),
        (BOB, at("2024-03-10T09:00:00"), "history"),
    ]


def test_a_tracked_field_dates_its_values_and_what_it_held_before(home: Warehouse) -> None:
    assert values(home, "lost_reason", TRACKED) == [("Price", at("2024-03-10T09:00:00"), "history")]
    # Made while the field was tracked: its first value is known from the beginning.
    assert values(home, "lost_reason", LATER) == [
        ("Price", at("2024-03-20T09:00:00"), "inferred"),
        ("Budget", at("2024-03-25T09:00:00"), "history"),
    ]
    # Made before: nobody can tell since when; and what it holds now is not what its history ends with.
    assert sorted(values(home, "lost_reason", OLDER), key=str) == [
        ("Budget", None, "snapshot"),
        ("Price", None, "snapshot"),
        ("Timing", at("2024-03-25T09:00:00"), "history"),
    ]
    assert values(home, "lost_reason", UNTOUCHED) == [("Timing", None, "snapshot")]


def test_activities_contacts_and_documents(home: Warehouse) -> None:
    activities = {row["activity_id"]: row for row in home.query("select * from canonical.int_activities")}
    assert set(activities) == {
        "task 00T1",
        "task 00T2",
        "task 00T3",
        "task 00T5",
        "task 00T6",
        "task 00T7",
        "event 00U1",
        "event 00U3",
    }
    held = activities["task 00T1"]
    assert (held["kind"], held["outcome"], held["direction"], held["precision"]) == ("call", "completed", "in", "day")
    assert held["occurred_at"] == at("2024-03-04")
    assert activities["task 00T2"]["outcome"] == "not started"
    assert (activities["task 00T3"]["kind"], activities["task 00T3"]["direction"]) == ("email", None)
    assert activities["task 00T5"]["direction"] == "in"
    early = activities["task 00T6"]
    assert (early["occurred_at"], early["precision"]) == (at("2024-03-05T11:00:00"), "exact"), "not the day it was for"
    some_day = activities["task 00T7"]
    assert (some_day["outcome"], some_day["occurred_at"], some_day["precision"]) == ("completed", None, "order")
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
    owners = {row["owner_id"]: row for row in home.query("select * from canonical.int_owners")}
    assert (owners[ANN]["email"], owners[ANN]["team"]) == ("ann@example.com", "West")
    assert owners[BOB]["is_active"] is False
    stages = home.query("select * from canonical.int_crm_stages")
    assert {row["pipeline_name"] for row in stages} == {"default", "New", "Renewals", "0129"}
    assert len(stages) == 12
    signed = next(row for row in stages if row["stage_id"] == "Signed" and row["pipeline_id"] == "default")
    assert (signed["probability"], signed["is_closed"], signed["is_won"]) == (1.0, True, True)
    assert signed["stage_key"] == "won"
    assert home.values("select unjudged_reason from canonical.int_deals where deal_id = ?", RENEWAL) == ["deal_type"]


def test_what_cannot_be_read_is_listed(home: Warehouse) -> None:
    rejects = home.query("select id, field, value from staging.stg_rejects order by field")
    assert rejects == [
        {"id": ODD, "field": "amount", "value": "a lot"},
        {"id": ODD, "field": "close_date", "value": "9999-01-01"},
    ]


def test_the_keys_of_all_models_are_unique(home: Warehouse) -> None:
    home.dbt("test", "path:models/staging/salesforce")
