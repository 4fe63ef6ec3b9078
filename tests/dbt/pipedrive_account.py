"""An account whose lake each test file fills, and deals and their changelogs as the connector keeps them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.dbt.harness import Warehouse, at, record

BORN = "2024-03-01T09:00:00Z"
TIER = "9b1c0d64a7e25f83b0c4d1e6f72a8093c5d4e1fa"


def deal(number: int, **fields: Any) -> dict[str, Any]:
    standard = {
        "id": number,
        "title": f"Deal {number}",
        "creator_user_id": 7,
        "owner_id": 7,
        "person_id": None,
        "value": 100,
        "currency": "EUR",
        "pipeline_id": 1,
        "stage_id": 1,
        "status": "open",
        "lost_reason": None,
        "expected_close_date": None,
        "add_time": BORN,
        "update_time": BORN,
        "stage_change_time": None,
        "won_time": None,
        "lost_time": None,
        "close_time": None,
        "is_archived": False,
        "is_deleted": False,
        "origin": "ManuallyCreated",
    }
    payload = {**standard, **fields}
    return record(str(number), payload, modified_at=at(payload["update_time"]), is_deleted=payload["is_deleted"])


def changelog(
    number: int, *entries: tuple[str, str, str | None, str | None], source: str = "app"
) -> list[dict[str, Any]]:
    """Lake rows of a changelog that was read: (time, field, old, new), oldest first."""
    rows = [
        {
            "deal_id": number,
            "place": place,
            "field_key": field,
            "old_value": old,
            "new_value": new,
            "actor_user_id": 8,
            "time": time,
            "change_source": source,
        }
        for place, (time, field, old, new) in enumerate(entries, 1)
    ]
    read = {"deal_id": number, "place": 0, "field_key": None, "entries": len(entries)}
    return [*(record(f"{number}:{row['place']}", row) for row in rows), record(f"{number}:read", read)]


def walk(home: Warehouse, number: int) -> list[tuple[str, str, str]]:
    rows = home.query(
        "select stage_id, strftime(entered_at, '%m-%d %H:%M:%S') as at, source from canonical.int_stage_changes "
        "where deal_key = ? order by entered_at, change_id",
        f"acme:{number}",
    )
    return [(row["stage_id"], row["at"], row["source"]) for row in rows]


def values(home: Warehouse, number: int, field: str) -> list[tuple[str | None, str | None]]:
    rows = home.query(
        "select value, strftime(changed_at, '%m-%d %H:%M') as at from canonical.int_field_changes "
        "where deal_key = ? and field = ? order by changed_at nulls last, change_id",
        f"acme:{number}",
        field,
    )
    return [(row["value"], row["at"]) for row in rows]


def activity(number: int, kind: str, due: str, done: str | None, **fields: Any) -> dict[str, Any]:
    day, _, time = due.partition("T")
    payload = {
        "id": number,
        "type": kind,
        "owner_id": 7,
        "deal_id": 801,
        "person_id": None,
        "due_date": day,
        "due_time": time or None,
        "done": done is not None,
        "marked_as_done_time": done,
        "add_time": "2024-03-02T08:00:00Z",
        "participants": [],
    }
    return record(str(number), {**payload, **fields})


class Given(list[Callable[[Warehouse], None]]):
    """What the tests of one file need in the lake; as a decorator it takes in one more."""

    def __call__(self, rows: Callable[[Warehouse], None]) -> Callable[[Warehouse], None]:
        self.append(rows)
        return rows


def built(path: Path, given: Given) -> Warehouse:
    """The account's staging and canonical tables in `path`: one build for all tests of a file, each with its deals."""
    home = Warehouse(path)
    home.reference(
        "connections",
        [{"connection": "acme", "crm": "pipedrive", "state": "good", "judged_at": at("2024-06-03T05:00:00")}],
    )
    home.reference("pipeline_map", [{"connection": "acme", "pipeline_id": "1", "deal_type": "new"}])
    home.reference("process_deal_types", [{"version": 1, "deal_type": "new"}])
    home.reference(
        "stage_map",
        [
            {"connection": "acme", "pipeline_id": "1", "stage_id": stage, "stage_key": key}
            for stage, key in (("1", "one"), ("2", "two"), ("3", "three"), ("won", "won"), ("lost", "lost"))
        ],
    )
    pipeline = {"id": 1, "name": "Sales", "order_nr": 1, "is_deal_probability_enabled": True}
    home.lake("pipedrive__pipelines", [record("1", pipeline)])
    stages = [
        {"id": n, "name": f"Stage {n}", "order_nr": n, "pipeline_id": 1, "deal_probability": 20 * n} for n in (1, 2, 3)
    ]
    home.lake("pipedrive__stages", [record(str(stage["id"]), stage) for stage in stages])
    for rows in given:
        rows(home)
    home.run("path:models/staging path:models/canonical")
    return home
