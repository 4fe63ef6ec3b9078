"""What relates records to each other or to today: answers to events, four eyes, order, decisions, open deals.

The deals are written by hand, one per situation, and judged by a process.yml of this test's own; what must come out is
said beside each. Each rule alone is tested beside its model.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at

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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder: Path = tmp_path_factory.mktemp("relations")
    (folder / "process.yml").write_text(PROCESS, encoding="utf-8")
    world = World(folder, as_of=JUDGED)
    for table, frame in process_tables(load_process(folder / "process.yml"), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "hubspot", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in (*SOURCES, "planned_activities")])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for key in ("early", "late", "won", "lost")])  # fmt: skip
    for table, rows in told().tables.items():
        world.canonical(table, rows)
    people = {"1": ("u1", "ann@acme.example"), "2": ("u2", "bob@acme.example")}
    world.canonical("int_owners", [{"connection": "acme", "owner_id": owner, "user_id": user, "owner_key": key}
                                   for owner, (user, key) in people.items()])  # fmt: skip
    world.canonical("int_people", [{"owner_key": "ann@acme.example", "owner_name": "Ann Lee"}])
    return world.build()


def responses(built: Warehouse, deal: str, key: str = "reply") -> list[str]:
    return built.values(
        "select state from warehouse.marts.fct_responses where deal_id = ? and response_key = ? order by activation",
        deal,
        key,
    )


def findings(built: Warehouse, deal: str, *kinds: str) -> list[tuple[str, bool]]:
    rows = built.query("select * from warehouse.marts.fct_findings where deal_id = ? order by since, kind", deal)
    return [(row["sentence"], row["is_alert"]) for row in rows if row["kind"] in kinds]


@pytest.mark.parametrize(
    ("deal", "states"),
    {
        "answered": ["fulfilled", "fulfilled"],
        "ignored": ["missing", "missing"],
        "slow": ["late"],
        "undirected": ["unknown"],
        "lost_first": ["closed_before_deadline", "not_applicable"],
        "fresh": ["pending"],
        "foreign": ["not_applicable"],
    }.items(),
)
def test_each_event_asks_for_its_answer(built: Warehouse, deal: str, states: list[str]) -> None:
    assert responses(built, deal) == states


def test_what_a_stage_sets_off_is_owed_though_the_deal_is_won(built: Warehouse) -> None:
    assert responses(built, "handed_over", "handover") == ["fulfilled"]


def test_one_answer_is_missing_once(built: Warehouse) -> None:
    kinds = ("response_missing", "response_late")
    [(sentence, is_alert)] = findings(built, "ignored", *kinds)
    assert sentence == '"Reply" was due by 2024-03-07 and is not recorded; it was asked for 2 times'
    assert is_alert
    assert findings(built, "slow", *kinds) == [
        ('"Reply" was due by 2024-03-12 and was recorded only on 2024-03-13', False)
    ]
    assert findings(built, "not_handed_over", *kinds) == [("Delivery does not know of it yet", True)]
    for deal in ("answered", "undirected", "lost_first", "fresh", "foreign"):
        assert findings(built, deal, *kinds) == []


@pytest.mark.parametrize(
    ("deal", "state"),
    {
        "alone": "violated",
        "apart": "ok",
        "stranger": "unknown",
        "nobody": "unknown",
        "robot": "unknown",
        "half": None,
    }.items(),
)
def test_two_persons_or_one(built: Warehouse, deal: str, state: str | None) -> None:
    found = built.values(
        "select four_eyes from warehouse.marts.fct_step_results where deal_id = ? and step_key = 'approval'", deal
    )
    assert found == [state]
    told_of = [('"Approval" and "Offer" were done by one and the same: Ann Lee', False)]
    assert findings(built, deal, "four_eyes") == (told_of if state == "violated" else [])


def test_order_is_told_where_both_were_done(built: Warehouse) -> None:
    assert findings(built, "turned", "out_of_order") == [('"Offer" was done before "Demo"', False)]
    assert findings(built, "no_demo", "out_of_order") == []
    assert findings(built, "alone", "out_of_order") == []


def test_a_deal_is_decided_once(built: Warehouse) -> None:
    assert findings(built, "both", "conflicting_outcome") == [("Won after it was lost", False)]
    assert findings(built, "again", "conflicting_outcome") == []


def test_the_companys_own_words_go_before_ours(built: Warehouse) -> None:
    assert findings(built, "unseen", "step_missing") == [("Nobody has seen it work", True)]


def hygiene(built: Warehouse, deal: str) -> dict[str, tuple[str, str | None]]:
    rows = built.query("select * from warehouse.marts.fct_hygiene where deal_id = ?", deal)
    return {row["rule_key"]: (row["state"], row["sentence"]) for row in rows}


def test_an_open_deal_that_is_kept_up(built: Warehouse) -> None:
    assert set(hygiene(built, "kept_up").values()) == {("ok", None)}
    assert hygiene(built, "answered")["touch"] == ("not_applicable", None), "another stage"
    assert hygiene(built, "lost_first") == {}, "closed"
    assert {state for state, _ in hygiene(built, "foreign").values()} == {"not_applicable"}, "not this process's deal"


def test_an_open_deal_that_is_not(built: Warehouse) -> None:
    assert hygiene(built, "neglected") == {
        "amount": ("broken", "No amount is recorded"),
        "date": ("broken", "The close date, 2024-06-02, is past"),
        "plan": ("broken", "No next activity is planned"),
        "touch": ("broken", "No contact is recorded in the last 14 days"),
        "pushes": ("broken", "It slips and slips"),
    }
    since = built.query("select rule_key, since from warehouse.marts.fct_hygiene where deal_id = 'neglected'")
    assert {row["rule_key"]: row["since"] for row in since} == {
        "amount": day(50),
        "date": at("2024-06-03"),
        "plan": day(61),
        "touch": day(75),
        "pushes": day(2),
    }


def test_hygiene_is_in_no_rate_and_no_finding(built: Warehouse) -> None:
    rules = set(built.values("select distinct rule_key from warehouse.marts.fct_hygiene"))
    assert rules == {"amount", "date", "plan", "touch", "pushes"}
    for table, column in (("fct_findings", "step_key"), ("fct_step_results", "step_key")):
        assert not rules & set(built.values(f"select distinct {column} from warehouse.marts.{table}"))
