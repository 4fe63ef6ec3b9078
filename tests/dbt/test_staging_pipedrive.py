"""Pipedrive payloads, as the connector keeps them, become canonical rows; what can't be proven has no date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One build for all tests: each has deals of its own."""
    home = Warehouse(tmp_path_factory.mktemp("pipedrive"))
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
    for given in GIVEN:
        given(home)
    home.run("path:models/staging path:models/canonical")
    return home


GIVEN: list[Callable[[Warehouse], None]] = []


def given(rows: Callable[[Warehouse], None]) -> Callable[[Warehouse], None]:
    """What a test needs in the lake."""
    GIVEN.append(rows)
    return rows


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


@given
def walks(home: Warehouse) -> None:
    moved = {"stage_change_time": "2024-03-10T10:00:00Z", "update_time": "2024-04-05T10:00:00Z"}
    won = {"status": "won", "won_time": "2024-04-05T10:00:00Z", "close_time": "2024-04-05T10:00:00Z"}
    home.lake(
        "pipedrive__deals",
        [
            deal(101),
            deal(102, stage_id=2, **moved, **won),
            deal(103, stage_id=3, **moved),
            deal(104, stage_id=2, **moved),
            deal(105, stage_id=2, **moved, **{**won, "status": "lost", "lost_time": "2024-04-05T10:00:00Z"}),
            deal(106, stage_id=2, update_time=BORN, **{**won, "won_time": BORN, "close_time": BORN}),
            deal(107, stage_id=3, **moved),
            deal(108, stage_id=2, update_time="2024-04-05T10:00:00Z", **won),
            deal(109, stage_id=3, **moved),
            deal(110, stage_id=2, **moved, **won),
            deal(111, stage_id=2, stage_change_time="2024-02-10T10:00:00Z"),
        ],
    )
    rows = [
        *changelog(
            102,
            ("2024-03-10 10:00:00", "stage_id", "1", "2"),
            ("2024-04-05 10:00:00", "status", "open", "won"),
        ),
        # Lost, then taken up again in another stage within one second: it never stood in the old one.
        *changelog(
            103,
            ("2024-03-05 10:00:00", "status", "open", "lost"),
            ("2024-03-10 10:00:00", "status", "lost", "open"),
            ("2024-03-10 10:00:00", "stage_id", "1", "3"),
        ),
        # A history whose first row names no old stage is one that begins late.
        *changelog(104, ("2024-03-10 10:00:00", "stage_id", None, "2")),
        # Moved and closed, says the deal; the changelog tells of neither.
        *changelog(105),
        # Made as a won deal.
        *changelog(106),
        # Moved while it was won: it shows itself in the new stage once it is open again.
        *changelog(
            107,
            ("2024-03-05 10:00:00", "status", "open", "won"),
            ("2024-03-10 10:00:00", "stage_id", "2", "3"),
            ("2024-03-20 10:00:00", "status", "won", "open"),
        ),
        # Closed later, and no word of it: nothing is known of its way.
        *changelog(108),
        # Won by mistake and taken back within one second, by two saves.
        *changelog(
            109,
            ("2024-03-10 10:00:00", "status", "open", "won"),
            ("2024-03-10 10:00:00", "status", "won", "open"),
            ("2024-03-10 10:00:00", "stage_id", "1", "3"),
        ),
        # Moved and won by one save, written in the other order.
        *changelog(
            110,
            ("2024-04-05 10:00:00", "status", "open", "won"),
            ("2024-04-05 10:00:00", "stage_id", "1", "2"),
        ),
        # Its add_time was edited to a day on which it had long been moved: it neither began nor went back then.
        *changelog(111, ("2024-02-10 10:00:00", "stage_id", "1", "2")),
    ]
    home.lake("pipedrive__deal_changes", rows)


def test_walks(home: Warehouse) -> None:
    assert walk(home, 101) == [("1", "03-01 09:00:00", "history")]
    assert walk(home, 102) == [
        ("1", "03-01 09:00:00", "history"),
        ("2", "03-10 10:00:00", "history"),
        ("won", "04-05 10:00:00", "history"),
    ]
    assert [(stage, when[:5]) for stage, when, _ in walk(home, 103)] == [
        ("1", "03-01"),
        ("lost", "03-05"),
        ("3", "03-10"),
    ]
    assert walk(home, 104) == [("2", "03-10 10:00:00", "history")]
    assert [(stage, source) for stage, _, source in walk(home, 105)] == [("lost", "snapshot")]
    assert [stage for stage, _, _ in walk(home, 106)] == ["2", "won"]
    assert [stage for stage, _, _ in walk(home, 107)] == ["2", "won", "3"]
    assert [(stage, source) for stage, _, source in walk(home, 108)] == [("won", "snapshot")]
    assert [stage for stage, _, _ in walk(home, 109)] == ["1", "won", "3"]
    assert [stage for stage, _, _ in walk(home, 110)] == ["1", "2", "won"]
    assert walk(home, 111) == [("1", "02-10 09:59:59", "history"), ("2", "02-10 10:00:00", "history")]
    assert values(home, 111, "amount") == [("100", "02-10 09:59")]


@given
def a_moved_deal_whose_changelog_was_not_read_has_no_history(home: Warehouse) -> None:
    home.lake("pipedrive__deals", [deal(201, stage_id=2, stage_change_time="2024-03-10T10:00:00Z")])


def test_a_moved_deal_whose_changelog_was_not_read_has_no_history(home: Warehouse) -> None:
    assert [(stage, source) for stage, _, source in walk(home, 201)] == [("2", "snapshot")]


@given
def who_moved_it(home: Warehouse) -> None:
    home.lake(
        "pipedrive__deals",
        [deal(n, origin=origin) for n, origin in ((301, "ManuallyCreated"), (302, "API"), (303, "?"))],
    )
    sources = ("app", "api", "import", "automation", "something new")
    for n, source in enumerate(sources, 311):
        home.lake("pipedrive__deals", [deal(n, stage_id=2, stage_change_time="2024-03-10T10:00:00Z")])
        home.lake("pipedrive__deal_changes", changelog(n, ("2024-03-10 10:00:00", "stage_id", "1", "2"), source=source))


def test_who_moved_it(home: Warehouse) -> None:
    rows = home.query(
        "select deal_key, actor_kind, actor_id from canonical.int_stage_changes "
        "where deal_key like 'acme:3%' and (stage_id = '2' or deal_key < 'acme:310') order by deal_key"
    )
    kinds = [(row["actor_kind"], row["actor_id"]) for row in rows]
    assert kinds[:3] == [("person", "7"), ("integration", "7"), ("unknown", "7")]
    assert kinds[3:] == [(kind, "8") for kind in ("person", "integration", "import", "workflow", "unknown")]


@given
def what_a_field_held(home: Warehouse) -> None:
    later = "2024-03-20T10:00:00Z"
    home.lake(
        "pipedrive__deals",
        [
            deal(401, value=250, update_time=later),
            deal(402, value=100, update_time=later),
            deal(403, value=100),
            deal(404, value=100, update_time=later),
            deal(405, value=300, update_time=later),
            deal(406, value=120.5, expected_close_date="2024-05-01", owner_id=9, update_time=later),
        ],
    )
    rows = [
        *changelog(401, ("2024-03-15 10:00:00", "value", "0", "250")),
        *changelog(402),
        # The changelog does not explain the present value, so nobody knows since when it holds.
        *changelog(405, ("2024-03-15 10:00:00", "value", "0", "250")),
        *changelog(
            406,
            ("2024-03-10 10:00:00", "value", None, "120.50"),
            ("2024-03-11 10:00:00", "expected_close_date", "2024-04-01", "2024-05-01"),
            ("2024-03-12 10:00:00", "user_id", "7", "9"),
        ),
    ]
    home.lake("pipedrive__deal_changes", rows)


def test_what_a_field_held(home: Warehouse) -> None:
    assert values(home, 401, "amount") == [("0", "03-01 09:00"), ("250", "03-15 10:00")]
    assert values(home, 402, "amount") == [("100", "03-01 09:00")]
    assert values(home, 403, "amount") == [("100", "03-01 09:00")]
    assert values(home, 404, "amount") == [("100", None)]
    assert values(home, 405, "amount") == [("0", "03-01 09:00"), ("250", "03-15 10:00"), ("300", None)]
    assert values(home, 406, "amount") == [("120.50", "03-10 10:00")]
    assert values(home, 406, "close_date") == [("2024-04-01", "03-01 09:00"), ("2024-05-01", "03-11 10:00")]
    assert values(home, 406, "owner") == [("7", "03-01 09:00"), ("9", "03-12 10:00")]


@given
def options_show_their_labels_and_a_mapped_field_takes_the_place_of_the_standard_one(home: Warehouse) -> None:
    field = {"field_code": TIER, "is_custom_field": True, "options": [{"id": "31", "label": "Gold"}]}
    home.lake("pipedrive__deal_fields", [record(TIER, field)])
    part = f"{'b' * 40}.currency"
    names = {"tier": TIER, "paid_in": part}
    home.reference(
        "field_map", [{"connection": "acme", "field": ours, "native_field": theirs} for ours, theirs in names.items()]
    )
    home.lake("pipedrive__deals", [deal(501, update_time="2024-03-20T10:00:00Z", **{TIER: "31", part: "EUR"})])
    home.lake("pipedrive__deal_changes", changelog(501, ("2024-03-10 10:00:00", TIER, None, "31")))


def test_options_show_their_labels_and_a_mapped_field_takes_the_place_of_the_standard_one(home: Warehouse) -> None:
    assert values(home, 501, "tier") == [("Gold", "03-10 10:00")]
    assert values(home, 501, "paid_in") == [("EUR", None)], "what a part held before is told by no changelog"


@given
def a_deal_in_canonical_words(home: Warehouse) -> None:
    lost = {"status": "lost", "lost_time": "2024-04-05T10:00:00Z", "close_time": "2024-04-05T10:00:00Z"}
    home.lake(
        "pipedrive__deals",
        [
            deal(601, value=1234.5, expected_close_date="2024-05-01", lost_reason="Price", stage_id=2, **lost),
            deal(602, is_archived=True, value=0),
            deal(603, status="deleted", is_deleted=True),
            deal(604, value="many", expected_close_date="soon", pipeline_id=1),
        ],
    )
    user = {"id": 7, "name": "Ann Lee", "email": "Ann@Example.com", "active_flag": True, "is_deleted": False}
    home.lake("pipedrive__users", [record("7", user), record("8", {**user, "id": 8, "active_flag": False})])


def test_a_deal_in_canonical_words(home: Warehouse) -> None:
    found = {row["deal_id"]: row for row in home.query("select * from canonical.int_deals")}
    one = found["601"]
    assert (one["stage_key"], one["amount"], one["close_date"]) == ("lost", Decimal("1234.50"), date(2024, 5, 1))
    assert (one["lost_reason"], one["closed_at"]) == ("Price", at("2024-04-05T10:00:00"))
    assert found["602"]["is_judged"]
    assert found["602"]["amount"] is None
    assert found["603"]["unjudged_reason"] == "deleted"
    assert found["604"]["amount"] is None
    owners = {row["owner_id"]: row for row in home.query("select * from canonical.int_owners")}
    assert (owners["7"]["email"], owners["7"]["is_active"], owners["8"]["is_active"]) == (
        "ann@example.com",
        True,
        False,
    )
    rejected = home.query("select field, value from staging.stg_rejects where id = '604' order by field")
    assert [(row["field"], row["value"]) for row in rejected] == [("amount", "many"), ("close_date", "soon")]
    stages = home.query(
        "select stage_id, probability, is_closed, is_won from canonical.int_crm_stages order by display_order"
    )
    assert [tuple(row.values()) for row in stages] == [
        ("1", 0.2, False, False),
        ("2", 0.4, False, False),
        ("3", 0.6, False, False),
        ("won", 1.0, True, True),
        ("lost", 0.0, True, False),
    ]


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
