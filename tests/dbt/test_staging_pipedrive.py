"""Pipedrive payloads, as the connector keeps them, become canonical rows; what can't be proven has no date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.dbt.harness import Warehouse, at, record
from tests.dbt.pipedrive_account import BORN, TIER, Given, built, changelog, deal, values, walk

given = Given()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return built(tmp_path_factory.mktemp("pipedrive"), given)


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
