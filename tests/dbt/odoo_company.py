"""One small company in Odoo's rows, as the connector lays them down; tests look at the deal of its number."""

from __future__ import annotations

from typing import Any

from tests.dbt.harness import at, record

CREATED = "2024-03-01 09:00:00"


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
