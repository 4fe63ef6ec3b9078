"""Odoo rows, as the connector lays them down, become canonical rows: one test for each of Odoo's habits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.harness import Warehouse, at, record

CREATED = "2024-03-01 09:00:00"
MODELS = (
    "+int_stage_changes +int_mapped_deals +int_field_changes +int_activities +int_deal_contacts +int_documents "
    "+int_deal_merges +int_owners +int_crm_stages +stg_odoo__rejects"
)


class Odoo:
    """Rows for the lake. Ids rise as they are made; `changed` makes a message with its tracked changes."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.ids = 100

    def next_id(self) -> int:
        self.ids += 1
        return self.ids

    def add(self, table: str, row: dict[str, Any], *, written: str = CREATED, gone: bool = False) -> None:
        self.rows.setdefault(table, []).append(
            record(str(row["id"]), row, modified_at=at(written.replace(" ", "T")), is_deleted=gone)
        )

    def lead(self, number: int, stage: int = 1, *, written: str = CREATED, gone: bool = False, **values: Any) -> None:
        row = {
            "id": number, "name": f"Deal {number}", "type": "opportunity", "active": True, "stage_id": [stage, "S"],
            "team_id": [5, "Europe"], "user_id": [7, "Rep"], "partner_id": False, "company_currency": [1, "EUR"],
            "expected_revenue": 100.0, "probability": 10.0, "date_deadline": False, "date_closed": False,
            "date_last_stage_update": CREATED, "create_date": CREATED, "create_uid": [7, "Rep"],
            "write_date": written, "lost_reason_id": False,
        }  # fmt: skip
        self.add("leads", {**row, **values}, written=written, gone=gone)

    def born(self, number: int) -> None:
        self.message(number, CREATED)

    def message(self, lead: int, when: str, *, author: Any = (70, "Rep"), **values: Any) -> int:
        number = values.pop("id", None) or self.next_id()
        row = {
            "id": number, "res_id": lead, "date": when, "author_id": list(author) if author else False,
            "message_type": "notification", "subtype_id": [6, "Stage Changed"], "mail_activity_type_id": False,
            "create_date": when, "write_date": when,
        }  # fmt: skip
        row |= values
        self.add("messages", row, written=row["write_date"])
        return number

    def changed(
        self, lead: int, when: str, *, written: str | None = None, author: Any = (70, "Rep"), **new: Any
    ) -> int:
        """`stage_id=(1, 2)` and the like."""
        written = written or when
        message = self.message(lead, when, author=author, write_date=written)
        for name, (old, new_value) in new.items():
            number = self.next_id()
            self.tracked(number, message, lead, when, written, author, name, old, new_value)
        return message

    def tracked(self, number: int, message: int, lead: int, when: str, written: str, author: Any, name: str,
                old: Any, new: Any) -> None:  # fmt: skip
        kind = "float" if isinstance(old, float) else "integer"
        row = {"id": number, "create_date": when, "mail_message_id": [message, "Deal"], "field_name": name,
               "old_value_char": f"S{old}", "new_value_char": f"S{new}",
               "old_value_integer": 0, "new_value_integer": 0, "old_value_float": 0.0, "new_value_float": 0.0,
               "old_value_datetime": False, "new_value_datetime": False,
               "message": {"id": message, "res_id": lead, "date": when, "author_id": list(author) if author else False,
                           "create_date": when, "write_date": written}}  # fmt: skip
        row |= {f"old_value_{kind}": old, f"new_value_{kind}": new}
        self.add("tracking_values", row, written=written)

    def stage(self, number: int, name: str, order: Any, **values: Any) -> None:
        self.add("stages", {"id": number, "name": name, "sequence": order, "is_won": False, "team_id": False, **values})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    home = Warehouse(Path(tmp_path_factory.mktemp("odoo")))
    home.reference("connections", [{"connection": "acme", "crm": "odoo", "state": "good"}])
    odoo = told()
    for table, rows in odoo.rows.items():
        home.lake(f"odoo__{table}", rows)
    home.run(MODELS)
    return home


def told() -> Odoo:
    """One small company; each test looks at the deal of its number."""
    odoo = Odoo()
    for number, name in ((1, "New"), (2, "Qualified"), (3, "Proposition"), (4, "Won")):
        odoo.stage(number, name, number, is_won=number == 4)
    odoo.stage(6, "Security review", 3, team_id=[5, "Europe"])
    odoo.stage(9, "Odd", "third")
    odoo.add("teams", {"id": 5, "name": "Europe", "active": True, "user_id": [8, "Boss"]})
    for number, name, login in ((7, "Rep", "Rep@x.test"), (8, "Boss", "boss@x.test"), (1, "OdooBot", "__system__")):
        odoo.add("users", {"id": number, "name": name, "login": login, "email": False, "active": number != 1,
                           "partner_id": [number * 10, name], "sale_team_id": [5, "Europe"]})  # fmt: skip
    for number, category, icon in ((1, "default", "fa-envelope"), (2, "phonecall", "fa-phone"),
                                   (3, "meeting", "fa-users"), (4, "default", "fa-check")):  # fmt: skip
        odoo.add("activity_types", {"id": number, "name": "Übersetzt", "category": category, "icon": icon})

    # 1: moved twice in one second and back, by a person and by OdooBot
    odoo.lead(1, 2, written="2024-03-05 10:00:00", date_last_stage_update="2024-03-05 10:00:00")
    odoo.born(1)
    odoo.changed(1, "2024-03-05 10:00:00", stage_id=(1, 2))
    odoo.changed(1, "2024-03-05 10:00:00", stage_id=(2, 1), author=(10, "OdooBot"))
    odoo.changed(1, "2024-03-05 10:00:00", stage_id=(1, 2), author=False)

    # 2: lost, reopened, and lost again
    odoo.lead(2, 2, written="2024-04-01 10:00:00", active=False, probability=0.0, lost_reason_id=[7, "Price"],
              date_closed="2024-04-01 10:00:00", date_last_stage_update="2024-03-02 10:00:00")  # fmt: skip
    odoo.born(2)
    odoo.changed(2, "2024-03-02 10:00:00", stage_id=(1, 2))
    odoo.changed(2, "2024-03-03 10:00:00", active=(1, 0))
    odoo.changed(2, "2024-03-04 10:00:00", active=(0, 1))
    odoo.changed(2, "2024-04-01 10:00:00", active=(1, 0))

    # 3: archived, but neither lost nor won: put away
    odoo.lead(3, 2, active=False, probability=30.0)
    # 4: archived after it was won
    odoo.lead(4, 4, active=False, probability=100.0)

    # 5 took in 6, which we had read: the moves of 6 stay with 6
    odoo.lead(5, 3, written="2024-03-20 10:00:00", date_last_stage_update="2024-03-10 10:00:00")
    odoo.born(5)
    odoo.changed(5, "2024-03-10 10:00:00", stage_id=(1, 3))
    odoo.lead(6, 2)
    odoo.lead(6, 2, gone=True)
    birth = odoo.message(6, CREATED)
    move = odoo.message(6, "2024-03-04 10:00:00")
    odoo.tracked(900, move, 6, "2024-03-04 10:00:00", "2024-03-04 10:00:00", (70, "Rep"), "stage_id", 1, 2)
    merged = "2024-03-20 10:00:00"
    odoo.message(5, CREATED, id=birth, write_date=merged)
    odoo.message(5, "2024-03-04 10:00:00", id=move, write_date=merged)
    odoo.tracked(900, move, 5, "2024-03-04 10:00:00", merged, (70, "Rep"), "stage_id", 1, 2)

    # 7 took in another one before we first read: its birth and its moves were written again together
    odoo.lead(7, 3, written="2024-03-20 10:00:00", date_last_stage_update="2024-03-12 10:00:00")
    odoo.born(7)
    odoo.changed(7, "2024-03-02 10:00:00", stage_id=(1, 2))
    odoo.message(7, CREATED, write_date=merged)
    odoo.changed(7, "2024-03-03 10:00:00", written=merged, stage_id=(1, 3))
    odoo.changed(7, "2024-03-12 10:00:00", stage_id=(2, 3))

    # 8: no tracking; three versions, of which the last one may have passed a stage unseen
    odoo.lead(8, 1)
    odoo.lead(8, 2, written="2024-03-06 15:00:00", date_last_stage_update="2024-03-06 11:00:00")
    odoo.lead(8, 4, written="2024-03-09 15:00:00", date_last_stage_update="2024-03-09 11:00:00")
    odoo.born(8)
    # 9: no tracking, moved before we first read it
    odoo.lead(9, 3, written="2024-03-06 15:00:00", date_last_stage_update="2024-03-06 11:00:00")
    # 10: its first messages were purged
    odoo.lead(10, 3, written="2024-03-06 15:00:00", date_last_stage_update="2024-03-06 11:00:00")
    odoo.changed(10, "2024-03-06 11:00:00", stage_id=(2, 3))
    # 25: so were its first moves, and the first one left names no stage before it
    odoo.lead(25, 4, written="2024-03-09 15:00:00", date_last_stage_update="2024-03-09 11:00:00")
    odoo.changed(25, "2024-03-06 11:00:00", stage_id=(0, 3))
    odoo.changed(25, "2024-03-09 11:00:00", stage_id=(3, 4))
    # 11: a move that was not tracked (1 to 2) lies between
    odoo.lead(11, 4, written="2024-03-06 15:00:00", date_last_stage_update="2024-03-06 11:00:00")
    odoo.born(11)
    odoo.changed(11, "2024-03-04 11:00:00", stage_id=(1, 2))
    odoo.changed(11, "2024-03-06 11:00:00", stage_id=(3, 4))
    # 12: in a team's own stage; its close date and amount changed
    odoo.lead(12, 6, date_deadline="2024-05-01")
    odoo.lead(12, 6, written="2024-03-08 15:00:00", date_deadline="2024-06-01", expected_revenue=250.0,
              partner_id=[33, "Müller \"& Söhne\""])  # fmt: skip
    odoo.born(12)
    odoo.changed(12, "2024-03-07 10:00:00", expected_revenue=(100.0, 250.0), partner_id=(0, 33), user_id=(8, 7))
    # 13: nonsense
    odoo.lead(13, 1, date_deadline="9999-01-01", expected_revenue="much")
    # 14: what was done and what is planned
    odoo.lead(14, 1)
    odoo.message(14, "2024-03-05 10:00:00", mail_activity_type_id=[2, "Anruf"])
    odoo.message(14, "2024-03-06 10:00:00", message_type="email", subtype_id=[1, "D"], author=(444, "Buyer"))
    odoo.message(14, "2024-03-07 10:00:00", message_type="comment", subtype_id=[1, "D"])
    odoo.message(14, "2024-03-08 10:00:00", message_type="comment", subtype_id=[2, "Note"])
    for number, kind, due, done in ((1, 2, "2024-03-05", "2024-03-05"), (2, 3, "2024-03-11", "2024-03-12"),
                                    (3, 3, "2024-06-20", False), (4, 3, "2024-05-20", False)):  # fmt: skip
        odoo.add("activities", {"id": number, "res_id": 14, "activity_type_id": [kind, "X"], "user_id": [7, "Rep"],
                                "active": not done, "state": "done" if done else "planned", "date_done": done,
                                "date_deadline": due, "create_date": CREATED})  # fmt: skip
    # 15 was a lead for four weeks; 16 was moved as one
    odoo.lead(15, 2, written="2024-04-05 10:00:00", date_last_stage_update="2024-04-05 10:00:00")
    odoo.born(15)
    odoo.changed(15, "2024-03-29 10:00:00", type=(0, 0))
    odoo.changed(15, "2024-04-05 10:00:00", stage_id=(1, 2))
    odoo.lead(16, 2, written="2024-04-05 10:00:00", date_last_stage_update="2024-03-05 10:00:00")
    odoo.born(16)
    odoo.changed(16, "2024-03-05 10:00:00", stage_id=(1, 2))
    odoo.changed(16, "2024-04-05 10:00:00", type=(0, 0))
    odoo.add("orders", {"id": 1, "opportunity_id": [14, "Deal"], "state": "sent", "create_date": "2024-03-09 10:00:00"})
    return odoo


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
