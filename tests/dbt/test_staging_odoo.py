"""Odoo rows, as the connector lays them down, become canonical rows: one test for each of Odoo's habits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at
from tests.dbt.odoo_company import told

MODELS = (
    "+int_stage_changes +int_mapped_deals +int_field_changes +int_activities +int_deal_contacts +int_documents "
    "+int_deal_merges +int_owners +int_crm_stages +stg_odoo__rejects"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    home = Warehouse(Path(tmp_path_factory.mktemp("odoo")))
    home.reference("connections", [{"connection": "acme", "crm": "odoo", "state": "good"}])
    odoo = told()
    for table, rows in odoo.rows.items():
        home.lake(f"odoo__{table}", rows)
    home.run(MODELS)
    return home


def walk(home: Warehouse, deal: int) -> list[tuple[str, str, str, str]]:
    """Stage, moment, source and precision of each entry."""
    rows = home.query(
        "select stage_id, entered_at, source, precision from canonical.int_stage_changes where deal_key = ? "
        "order by entered_at, change_id",
        f"acme:{deal}",
    )
    return [(r["stage_id"], f"{r['entered_at']:%m-%d %H}", r["source"], r["precision"]) for r in rows]


def deal(home: Warehouse, number: int) -> dict[str, Any]:
    return home.query("select * from canonical.int_mapped_deals where deal_id = ?", str(number))[0]


def test_moves_of_one_second_keep_their_order_and_tell_who_made_them(home: Warehouse) -> None:
    rows = home.query(
        "select stage_id, actor_id, actor_kind from canonical.int_stage_changes where deal_key = 'acme:1' "
        "order by entered_at"
    )
    assert [(r["stage_id"], r["actor_id"], r["actor_kind"]) for r in rows] == [
        ("1", "7", "person"), ("2", "7", "person"), ("1", "1", "workflow"), ("2", None, "unknown")
    ]  # fmt: skip


def test_losing_and_reopening_are_stages_of_the_walk(home: Warehouse) -> None:
    assert [(stage, when) for stage, when, _, _ in walk(home, 2)] == [
        ("1", "03-01 09"), ("2", "03-02 10"), ("lost", "03-03 10"), ("2", "03-04 10"), ("lost", "04-01 10")
    ]  # fmt: skip
    assert (deal(home, 2)["stage_id"], deal(home, 2)["lost_reason"]) == ("lost", "Price")


def test_what_was_put_away_is_deleted_and_what_was_won_is_not(home: Warehouse) -> None:
    assert (deal(home, 3)["is_deleted"], deal(home, 3)["stage_id"]) == (True, "2")
    assert (deal(home, 4)["is_deleted"], deal(home, 4)["stage_id"]) == (False, "4")


def test_a_merged_deals_moves_are_counted_once(home: Warehouse) -> None:
    assert [stage for stage, *_ in walk(home, 5)] == ["1", "3"]
    assert [stage for stage, *_ in walk(home, 6)] == ["1", "2"]
    merges = home.query("select deal_id, merged_into, merged_at from canonical.int_deal_merges")
    assert merges == [{"deal_id": "6", "merged_into": "5", "merged_at": at("2024-03-20T10:00:00")}]


def test_a_merge_before_the_first_sync_leaves_the_survivors_own_walk(home: Warehouse) -> None:
    assert [(stage, when) for stage, when, _, _ in walk(home, 7)] == [
        ("1", "03-01 09"), ("2", "03-02 10"), ("3", "03-12 10")
    ]  # fmt: skip


def test_without_tracking_the_versions_are_the_history(home: Warehouse) -> None:
    assert walk(home, 8) == [
        ("1", "03-01 09", "inferred", "second"),
        ("2", "03-06 11", "snapshot", "second"),
        ("4", "03-09 11", "snapshot", "order"),
    ]
    assert walk(home, 9) == [("3", "03-06 11", "snapshot", "order")]


def test_a_purged_history_is_not_taken_for_the_beginning(home: Warehouse) -> None:
    assert walk(home, 10) == [("2", "03-01 09", "snapshot", "order"), ("3", "03-06 11", "history", "second")]


def test_a_present_stage_never_hides_the_move_that_led_to_it(home: Warehouse) -> None:
    assert walk(home, 25) == [("3", "03-06 11", "history", "second"), ("4", "03-09 11", "history", "second")]


def test_a_move_that_was_not_tracked_is_known_but_not_dated(home: Warehouse) -> None:
    assert [(stage, precision) for stage, _, _, precision in walk(home, 11)] == [
        ("1", "second"), ("2", "second"), ("3", "order"), ("4", "second")
    ]  # fmt: skip


def test_a_deals_time_as_a_lead_is_spent_in_no_stage(home: Warehouse) -> None:
    """It was accused of standing for weeks in its first stage, in which nobody had put it yet."""
    assert [(stage, when) for stage, when, _, _ in walk(home, 15)] == [("1", "03-29 10"), ("2", "04-05 10")]
    assert deal(home, 15)["created_at"] == at("2024-03-29T10:00:00")
    assert [(stage, when) for stage, when, _, _ in walk(home, 16)] == [("1", "03-01 09"), ("2", "03-05 10")]


def test_fields_are_dated_by_the_tracking_or_by_the_versions(home: Warehouse) -> None:
    rows = home.query(
        "select field, value, changed_at, source from canonical.int_field_changes where deal_key = 'acme:12' "
        "and field in ('amount', 'close_date', 'owner') and changed_at is not null order by field, changed_at"
    )
    assert [(r["field"], r["value"], f"{r['changed_at']:%m-%d %H}", r["source"]) for r in rows] == [
        ("amount", "100.0", "03-01 09", "inferred"),
        ("amount", "250.0", "03-07 10", "history"),
        ("close_date", "2024-05-01", "03-01 09", "inferred"),
        ("close_date", "2024-06-01", "03-08 15", "snapshot"),
        ("owner", "8", "03-01 09", "inferred"),
        ("owner", "7", "03-07 10", "history"),
    ]
    undated = home.query(
        "select field, value from canonical.int_field_changes where changed_at is null and deal_key = 'acme:12'"
    )
    assert undated == [{"field": "close_date", "value": "2024-06-01"}]
    contacts = home.query("select contact_id, added_at, removed_at from canonical.int_deal_contacts")
    assert contacts == [{"contact_id": "33", "added_at": at("2024-03-07T10:00:00"), "removed_at": None}]


def test_a_teams_own_stage_makes_a_pipeline_and_losing_a_stage_of_each(home: Warehouse) -> None:
    rows = home.query("select * from canonical.int_crm_stages order by pipeline_id, display_order, stage_id")
    assert [(r["pipeline_id"], r["pipeline_name"], r["stage_id"]) for r in rows if r["pipeline_id"] == "5"] == [
        ("5", "Europe", "6"), ("5", "Europe", "lost")
    ]  # fmt: skip
    assert {r["stage_id"] for r in rows if r["is_closed"]} == {"4", "lost"}
    assert deal(home, 12)["pipeline_id"] == "5"


def test_activities_are_done_once_and_planned_only_ahead(home: Warehouse) -> None:
    rows = home.query("select * from canonical.int_activities where deal_key = 'acme:14' order by occurred_at")
    assert [
        (r["kind"], r["outcome"], r["direction"], f"{r['occurred_at']:%m-%d %H}", r["precision"]) for r in rows
    ] == [
        ("call", "completed", None, "03-05 10", "second"),
        ("email", None, "in", "03-06 10", "second"),
        ("email", None, "out", "03-07 10", "second"),
        ("meeting", "completed", None, "03-12 00", "day"),
        ("meeting", "planned", None, "06-20 00", "day"),
    ]
    [document] = home.query("select kind, status, occurred_at from canonical.int_documents")
    assert document == {"kind": "quote", "status": "sent", "occurred_at": at("2024-03-09T10:00:00")}


def test_what_is_wrong_is_listed_and_breaks_nothing(home: Warehouse) -> None:
    rows = home.query("select object, id, field, value from staging.stg_odoo__rejects order by object, field")
    assert [(r["object"], r["id"], r["field"], r["value"]) for r in rows] == [
        ("deals", "13", "amount", "much"),
        ("deals", "13", "close_date", "9999-01-01"),
        ("stages", "default:9", "display_order", "third"),
    ]
    assert (deal(home, 13)["amount"], deal(home, 13)["close_date"]) == (None, None)
    assert deal(home, 12)["close_date"] == date(2024, 6, 1)


def test_people_have_their_team_and_its_leader(home: Warehouse) -> None:
    rows = {row["owner_id"]: row for row in home.query("select * from canonical.int_owners")}
    assert (rows["7"]["email"], rows["7"]["team"], rows["7"]["manager_email"]) == (
        "rep@x.test", "Europe", "boss@x.test"
    )  # fmt: skip
    assert rows["8"]["manager_email"] is None
    assert rows["1"]["is_active"] is False
