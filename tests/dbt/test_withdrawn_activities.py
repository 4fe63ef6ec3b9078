"""Activities that were taken back in the CRM after they had been read: what the lake still knows of them.

What such an activity does to a verdict is tested with the verdicts.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record

READ, GONE = at("2024-03-02"), at("2024-03-20")


def task(id: str, *, day: str, deleted: bool = False) -> dict[str, Any]:  # noqa: A002 - the envelope's own word
    payload = {"Id": id, "WhatId": "006A", "ActivityDate": "2024-03-01", "IsClosed": "true", "Status": "Completed",
               "TaskSubtype": "Call", "CreatedDate": "2024-03-01T10:00:00.000Z", "OwnerId": "005A"}  # fmt: skip
    return record(id, payload, connection="sf", modified_at=at(day), extracted_at=at(day), is_deleted=deleted)


def to_do(id: str, *, day: str, done: bool) -> dict[str, Any]:  # noqa: A002 - the envelope's own word
    payload = {"id": id, "type": "call", "owner_id": 7, "deal_id": 5, "due_date": "2024-03-01", "due_time": "10:00",
               "done": done, "marked_as_done_time": "2024-03-01 10:05:00" if done else None,
               "add_time": "2024-02-01 10:00:00"}  # fmt: skip
    return record(id, payload, connection="pd", modified_at=at(day), extracted_at=at(day))


def exported(id: str, *, day: str, deleted: bool = False) -> dict[str, Any]:  # noqa: A002 - the envelope's own word
    payload = {"activity_id": id, "deal_id": "1", "kind": "call", "occurred_at": "2024-03-01T10:00:00Z"}
    return record(id, payload, connection="csv", modified_at=at(day), extracted_at=at(day), is_deleted=deleted)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    home = Warehouse(tmp_path_factory.mktemp("withdrawn"))
    home.lake("salesforce__tasks", [
        task("00Tstands", day="2024-03-02"),
        task("00Tgone", day="2024-03-02"), task("00Tgone", day="2024-03-20", deleted=True),
        task("00Tback", day="2024-03-02"), task("00Tback", day="2024-03-20", deleted=True),
        task("00Tback", day="2024-03-21"),
        task("00Tnever", day="2024-03-20", deleted=True),
    ])  # fmt: skip
    home.lake("pipedrive__activities", [
        to_do("1", day="2024-03-02", done=True),
        to_do("2", day="2024-03-20", done=False), to_do("2", day="2024-03-02", done=True),
        to_do("3", day="2024-03-02", done=False),
    ])  # fmt: skip
    home.lake("files__activities", [
        exported("stands", day="2024-03-02"), exported("gone", day="2024-03-02"),
        exported("gone", day="2024-03-20", deleted=True),
    ])  # fmt: skip
    home.run("+int_withdrawn_activities +int_activities")
    return home


def test_what_was_taken_back_is_no_activity_any_more(home: Warehouse) -> None:
    standing = home.values("select activity_id from canonical.int_activities order by 1")
    assert standing == ["activity 1", "stands", "task 00Tback", "task 00Tstands"]


def test_what_was_taken_back_is_kept_as_it_stood_with_the_moment(home: Warehouse) -> None:
    rows = home.query("select * from canonical.int_withdrawn_activities order by activity_id")
    assert [(row["activity_id"], row["kind"], row["withdrawn_at"]) for row in rows] == [
        ("activity 2", "call", GONE), ("gone", "call", GONE), ("task 00Tgone", "call", GONE),
    ]  # fmt: skip
    assert all(row["occurred_at"] is not None and row["occurred_at"] < READ for row in rows)
