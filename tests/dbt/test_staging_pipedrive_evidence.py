"""Pipedrive's participants, activities, mails and products become evidence, each with its time."""

from __future__ import annotations

import pytest

from tests.dbt.harness import Warehouse, at, record
from tests.dbt.pipedrive_account import Given, activity, built, changelog, deal

given = Given()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return built(tmp_path_factory.mktemp("pipedrive"), given)


@given
def a_slip_in_the_number_of_participants(home: Warehouse) -> None:
    home.lake("pipedrive__deals", [deal(1701, participants_count=123_456_789), deal(1702, participants_count=3)])


def test_a_slip_in_the_number_of_participants_is_listed_and_fills_no_disk(home: Warehouse) -> None:
    shown = home.query(
        "select deal_key, count(*) as people from canonical.int_deal_contacts "
        "where deal_key like 'acme:170_' group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in shown] == [("acme:1701", 10_000), ("acme:1702", 3)]
    rejected = home.query("select field, value, reason from staging.stg_rejects where id in ('1701', '1702')")
    assert [tuple(row.values()) for row in rejected] == [
        ("participant_count", "123456789", "not a whole number from 0 to 10000")
    ]


@given
def contacts_come_when_the_changelogs_say(home: Warehouse) -> None:
    later = "2024-03-20T10:00:00Z"
    home.lake(
        "pipedrive__deals",
        [
            deal(701, person_id=5),
            deal(702, person_id=6, update_time=later, participants_count=2),
            deal(703, person_id=7, update_time=later, participants_count=3),
        ],
    )
    home.lake("pipedrive__deal_changes", changelog(702, ("2024-03-10 10:00:00", "person_id", None, "6")))
    people = [
        {"person_id": 9, "action": "added", "time": "2024-03-15 10:00:00"},
        {"person_id": 6, "action": "added", "time": "2024-03-10 10:00:00"},
        {"person_id": 8, "action": "removed", "time": "2024-03-14 10:00:00"},
        {"person_id": 8, "action": "added", "time": "2024-03-13 10:00:00"},
    ]
    home.lake("pipedrive__deal_participants", [record("702", {"deal_id": 702, "changes": people})])


def test_contacts_come_when_the_changelogs_say(home: Warehouse) -> None:
    rows = home.query(
        "select * from canonical.int_deal_contacts where deal_key like 'acme:70%' "
        "order by deal_key, added_at nulls last, contact_id"
    )
    found = [
        (r["deal_key"][7:], r["contact_id"], r["added_at"] and f"{r['added_at']:%m-%d}", r["removed_at"]) for r in rows
    ]
    assert found == [
        ("1", "5", "03-01", None),
        ("2", "6", "03-10", None),
        ("2", "8", "03-13", at("2024-03-14T10:00:00")),
        ("2", "9", "03-15", None),
        # Never read, so only counted: there are three, and since when is not known.
        ("3", "7", None, None),
        ("3", "contact 2", None, None),
        ("3", "contact 3", None, None),
    ]


@given
def activities_took_place_when_they_were_due_unless_they_were_ticked_off_before(home: Warehouse) -> None:
    home.lake("pipedrive__deals", [deal(801)])
    home.lake(
        "pipedrive__activities",
        [
            activity(1, "meeting", "2024-03-05T10:00:00", "2024-03-07T10:00:00Z", participants=[{"person_id": 5}]),
            activity(2, "call", "2024-03-05T10:00:00", "2024-03-07T10:00:00Z", person_id=5),
            activity(3, "call", "2024-03-09T10:00:00", "2024-03-07T10:00:00Z"),
            activity(4, "lunch", "2024-03-05", "2024-03-05T15:00:00Z"),
            activity(5, "meeting", "2024-03-05T10:00:00", None),
            activity(6, "email", "2024-03-06T10:00:00", "2024-03-06T10:00:00Z"),
            activity(7, "call", "2024-03-05T10:00:00", "2024-03-05T11:00:00Z", deal_id=None),
            activity(8, "call", "2024-06-20T10:00:00", None),
            activity(9, "call", "2024-06-03", None),
        ],
    )


def test_activities_took_place_when_they_were_due_unless_they_were_ticked_off_before(home: Warehouse) -> None:
    rows = home.query("select * from canonical.int_activities where deal_key = 'acme:801' order by activity_id")
    found = [
        (r["activity_id"][-1], r["kind"], r["outcome"], f"{r['occurred_at']:%d %H}", f"{r['recorded_at']:%d %H}",
         r["contact_count"], r["precision"]) for r in rows
    ]  # fmt: skip
    assert found == [
        ("1", "meeting", "completed", "05 10", "02 08", 1, "second"),
        ("2", "call", "completed", "05 10", "07 10", 1, "second"),
        ("3", "call", "completed", "07 10", "07 10", 0, "second"),
        ("4", "meeting", "completed", "05 00", "02 08", 0, "day"),
        ("6", "email", "completed", "06 10", "06 10", 0, "second"),
        ("8", "call", "planned", "20 10", "02 08", 0, "second"),
        ("9", "call", "planned", "03 00", "02 08", 0, "day"),
    ], "what is overdue is not planned any more"
    assert {r["direction"] for r in rows} == {None}


@given
def mails_are_dated_one_by_one_where_they_were_read_and_else_by_the_last(home: Warehouse) -> None:
    counts = {"last_incoming_mail_time": "2024-03-09T10:00:00Z", "last_outgoing_mail_time": "2024-03-08T10:00:00Z"}
    home.lake(
        "pipedrive__deals",
        [
            deal(901, email_messages_count=2, **counts),
            deal(902, email_messages_count=5, **counts),
            deal(903, email_messages_count=3, **counts),
        ],
    )
    mail = {"add_time": "2024-03-04T10:05:00.000Z", "user_id": 7, "draft_flag": 0, "deleted_flag": 0}
    mails = [
        {**mail, "id": 1, "message_time": "2024-03-04T10:00:00.000Z", "sent_flag": 0},
        {**mail, "id": 2, "message_time": "2024-03-05T10:00:00.000Z", "sent_flag": 1},
        {**mail, "id": 3, "message_time": "2024-03-06T10:00:00.000Z", "sent_flag": 1, "draft_flag": 1},
    ]
    home.lake("pipedrive__deal_mails", [record("903", {"deal_id": 903, "mails": mails})])


def test_mails_are_dated_one_by_one_where_they_were_read_and_else_by_the_last(home: Warehouse) -> None:
    rows = home.query(
        "select * from canonical.int_activities where deal_key like 'acme:90%' "
        "order by deal_key, occurred_at nulls last"
    )
    found = [(r["deal_key"][7:], r["direction"], r["occurred_at"] and f"{r['occurred_at']:%d}") for r in rows]
    assert found == [
        ("1", "out", "08"),
        ("1", "in", "09"),
        ("2", "out", "08"),
        ("2", "in", "09"),
        ("2", "in", None),
        ("3", "in", "04"),
        ("3", "out", "05"),
    ]


@given
def products_are_documents(home: Warehouse) -> None:
    home.lake("pipedrive__deals", [deal(1001)])
    products = [
        {"id": 3, "add_time": "2024-03-09T10:00:00Z", "is_enabled": True},
        {"id": 4, "add_time": "2024-03-09T10:00:00Z", "is_enabled": False},
    ]
    older = record("1001", {"deal_id": 1001, "products": [{"id": 2, "add_time": "2024-03-08T10:00:00Z"}]})
    home.lake("pipedrive__deal_products", [older, record("1001", {"deal_id": 1001, "products": products})])


def test_products_are_documents(home: Warehouse) -> None:
    rows = home.query("select document_id, kind, occurred_at from canonical.int_documents")
    assert [tuple(row.values()) for row in rows] == [("line_item 3", "line_item", at("2024-03-09T10:00:00"))]
