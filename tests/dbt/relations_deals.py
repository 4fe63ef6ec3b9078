"""Deals by hand for what relates records to each other, one per situation, and the process that judges them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import at

MONDAY = at("2024-03-04T09:00:00")
JUDGED = at("2024-06-03T06:00:00")
PROCESS = """
applies_to: {deal_types: [new], fields: [{field: region, none_of: [abroad]}]}
defaults: {grace: 0 seconds, logging_min_activities: 0}
stages:
  - key: early
    name: Early
    probability: 0.1
    steps:
      - {key: demo, name: Demo, mandatory: true, evidence: {activity: meeting}, sentence: Nobody has seen it work}
      - {key: offer, name: Offer, mandatory: false, after: demo, evidence: {document: quote}}
  - key: late
    name: Late
    probability: 0.5
    steps:
      - {key: approval, name: Approval, mandatory: false, not_by: offer, evidence: {field: approved}}
responses:
  - key: reply
    name: Reply
    mandatory: true
    severity: high
    when: {activity: email, direction: in}
    within: {working_days: 2}
    evidence: {any: [{activity: email, direction: out}, {activity: call}]}
  - key: handover
    name: Handover
    mandatory: true
    when: {stage: late}
    within: 3 days
    evidence: {activity: handover}
    sentence: Delivery does not know of it yet
while_open:
  - {key: amount, name: Amount, rule: amount_present}
  - {key: date, name: Close date, rule: close_date_not_past}
  - {key: plan, name: Plan, rule: next_activity_planned}
  - {key: touch, name: Touch, rule: {contact_within: 14 days}, stages: [late]}
  - {key: pushes, name: Pushes, rule: {pushes_at_most: 1}, sentence: It slips and slips}
"""


def day(n: float) -> datetime:
    return MONDAY + timedelta(days=n)


class Deals:
    """Rows of the canonical tables, deal by deal; the latest value of a field is also on the deal."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("int_deals", "int_stage_changes", "int_field_changes", "int_activities",
                                  "int_documents")
        }  # fmt: skip

    def add(self, name: str, path: list[tuple[float, str]], **deal: Any) -> None:
        self.tables["int_deals"].append({
            **self.base(name), "crm": "hubspot", "deal_id": name, "pipeline_id": "p", "stage_key": path[-1][1],
            "created_at": day(path[0][0]), "deal_type": "new", "owner_key": "ann@acme.example", "is_judged": True,
            "is_deleted": False, "amount": 500, "currency": "EUR", "amount_home": 500, **deal,
        })  # fmt: skip
        self.tables["int_stage_changes"] += [
            {**self.base(name), "change_id": f"{n:03}", "stage_id": stage, "stage_key": stage,
             "entered_at": day(when), "source": "history", "precision": "exact"}
            for n, (when, stage) in enumerate(path)
        ]  # fmt: skip
        self.field(name, "region", "abroad" if name == "foreign" else "home", path[0][0])

    def base(self, name: str) -> dict[str, str]:
        return {"connection": "acme", "deal_key": f"acme:{name}"}

    def field(
        self, name: str, field: str, value: str, when: float, user: str | None = None, kind: str = "person"
    ) -> None:
        self.tables["int_field_changes"].append({
            **self.base(name), "change_id": f"{field}{when}", "field": field, "value": value, "changed_at": day(when),
            "recorded_at": day(when), "source": "history", "precision": "exact", "actor_id": user, "actor_kind": kind,
        })  # fmt: skip

    def activity(self, name: str, kind: str, when: float, **more: Any) -> None:
        self.tables["int_activities"].append({
            **self.base(name), "activity_id": f"{name}{kind}{when}", "kind": kind, "occurred_at": day(when),
            "recorded_at": day(when) if day(when) < JUDGED else None, "precision": "exact",
            "owner_key": "ann@acme.example", **more,
        })  # fmt: skip

    def quote(self, name: str, when: float, by: str | None) -> None:
        self.tables["int_documents"].append({
            **self.base(name), "document_id": f"q{when}", "kind": "quote", "occurred_at": day(when),
            "recorded_at": day(when), "owner_key": by,
        })  # fmt: skip


def told() -> Deals:
    deals = Deals()
    open_deal = [(0.0, "early")]
    deals.add("answered", open_deal)
    deals.activity("answered", "email", 1, direction="in")
    deals.activity("answered", "email", 1.2, direction="in")
    deals.activity("answered", "call", 3.5)  # Thursday: the second working day ends with it
    deals.add("ignored", open_deal)
    deals.activity("ignored", "email", 1, direction="in")
    deals.activity("ignored", "email", 2, direction="in")
    deals.add("slow", open_deal)
    deals.activity("slow", "email", 4, direction="in")  # Friday
    deals.activity("slow", "email", 8.7, direction="out")  # Wednesday, in the morning
    deals.add("undirected", open_deal)
    deals.activity("undirected", "email", 1, direction="in")
    deals.activity("undirected", "email", 2)
    deals.add("lost_first", [*open_deal, (2, "lost")])
    deals.activity("lost_first", "email", 1, direction="in")
    deals.activity("lost_first", "email", 9, direction="in")
    deals.add("fresh", [(90.5, "early")], stage_key="early")
    deals.activity("fresh", "email", 90.6, direction="in")
    deals.add("foreign", open_deal)
    deals.activity("foreign", "email", 1, direction="in")
    deals.add("handed_over", [*open_deal, (1, "late"), (1, "won")])
    deals.activity("handed_over", "meeting", 0.5)
    deals.activity("handed_over", "handover", 4)
    deals.add("not_handed_over", [*open_deal, (1, "late")])
    deals.activity("not_handed_over", "meeting", 0.5)
    deals.add("unseen", [*open_deal, (1, "late")])
    deals.activity("unseen", "handover", 2)

    for name, offered_by, approved_by in (
        ("alone", "ann@acme.example", "u1"),
        ("apart", "ann@acme.example", "u2"),
        ("stranger", "ann@acme.example", "u9"),
        ("nobody", None, "u2"),
    ):
        deals.add(name, open_deal)
        deals.activity(name, "meeting", 0.5)
        deals.quote(name, 1, offered_by)
        deals.field(name, "approved", "yes", 2, approved_by)
    deals.add("robot", open_deal)
    deals.activity("robot", "meeting", 0.5)
    deals.quote("robot", 1, "ann@acme.example")
    deals.field("robot", "approved", "yes", 2, "u2", "workflow")
    deals.add("half", open_deal)
    deals.field("half", "approved", "yes", 2, "u1")

    deals.add("turned", open_deal)
    deals.quote("turned", 1, "ann@acme.example")
    deals.activity("turned", "meeting", 2)
    deals.add("no_demo", open_deal)
    deals.quote("no_demo", 1, "ann@acme.example")
    deals.add("both", [*open_deal, (1, "lost"), (2, "won")])
    deals.add("again", [*open_deal, (1, "lost"), (2, "early"), (3, "lost")])

    ahead = {"close_date": at("2024-06-03").date()}
    deals.add("kept_up", [(0, "early"), (70, "late")], **ahead)
    deals.activity("kept_up", "call", 80, contact_count=1)
    deals.activity("kept_up", "meeting", 100, outcome="scheduled")
    deals.activity("kept_up", "handover", 71)
    deals.field("kept_up", "close_date", "2024-05-01", 1)
    deals.field("kept_up", "close_date", "2024-06-03", 2)
    deals.add("neglected", [(0, "early"), (60, "late")], amount=None, close_date=at("2024-06-02").date())
    deals.field("neglected", "amount", "", 50)
    deals.activity("neglected", "call", 61, contact_count=1)
    deals.activity("neglected", "meeting", 100, outcome="canceled")
    for n, value in enumerate(("2024-04-01", "2024-05-01", "2024-06-02")):
        deals.field("neglected", "close_date", value, n)
    return deals


def world_of(folder: Path, deals: Deals, **settings: Any) -> World:
    """The deals and the company around them, not yet judged; more `settings` of the night than its moment."""
    (folder / "process.yml").write_text(PROCESS, encoding="utf-8")
    world = World(folder, as_of=JUDGED, **settings)
    for table, frame in process_tables(load_process(folder / "process.yml"), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "hubspot", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in (*SOURCES, "planned_activities")])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for key in ("early", "late", "won", "lost")])  # fmt: skip
    for table, rows in deals.tables.items():
        world.canonical(table, rows)
    people = {"1": ("u1", "ann@acme.example"), "2": ("u2", "bob@acme.example")}
    world.canonical("int_owners", [{"connection": "acme", "owner_id": owner, "user_id": user, "owner_key": key}
                                   for owner, (user, key) in people.items()])  # fmt: skip
    world.canonical("int_people", [{"owner_key": "ann@acme.example", "owner_name": "Ann Lee"}])
    return world
