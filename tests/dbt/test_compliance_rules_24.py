"""Rows of the table of ambiguous cases that the golden deals leave out, and what is asked of whom: deals by hand.

One process with a step for each question, and one deal for each answer; golden deals are in test_compliance_golden.
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

BEGIN = at("2024-03-04T09:00:00")
JUDGED = at("2024-06-03T06:00:00")
STAGES = ("first", "pilot", "third", "last", "won", "lost")
PROCESS = """
defaults: {grace: 60 seconds, logging_min_activities: 0, won_at_birth: 3 days}
versions:
  - in_force_from: 2024-01-01
    stages:
      - key: first
        name: First
        probability: 0.1
        steps:
          - {key: met, name: Met, why: To know them., mandatory: true, evidence: {activity: meeting}}
          - {key: rang, name: Rang, why: To ask., mandatory: true, clock: start, evidence: {activity: call}}
          - {key: spoke, name: Spoke, why: To ask., mandatory: false, evidence: {activity: call}}
          - key: reviewed
            name: Reviewed
            why: Big deals are risks.
            mandatory: true
            applies_to: {amount: {at_least: 50000}}
            evidence: {activity: review}
          - key: checked
            name: Checked
            why: Abroad.
            mandatory: true
            applies_to: {pipelines: [acme/q]}
            evidence: {activity: review}
      - key: pilot
        name: Pilot
        probability: 0.2
        optional: true
        steps:
          - {key: piloted, name: Piloted, why: To prove it., mandatory: true, evidence: {activity: pilot}}
      - key: third
        name: Third
        probability: 0.5
        steps:
          - {key: shown, name: Shown, why: Now., mandatory: true, must_be_inside: true, evidence: {activity: demo}}
          - {key: priced, name: Priced, why: Money., mandatory: true, evidence: {field: price, is: filled}}
          - {key: named, name: Named, why: People., mandatory: true, evidence: {contact: any}}
      - {key: last, name: Last, probability: 0.9, steps: []}
  - in_force_from: 2024-05-01
    applies_to: {fields: [{field: segment, one_of: [Large]}]}
    stages:
      - key: first
        name: First
        probability: 0.1
        max_days: 1
        steps:
          - {key: met, name: Met, why: To know them., mandatory: true, evidence: {activity: meeting}}
      - {key: third, name: Third, probability: 0.5, steps: []}
      - {key: last, name: Last, probability: 0.9, steps: []}
"""


def day(n: float) -> datetime:
    return BEGIN + timedelta(days=n)


class Deals:
    """Rows of the canonical tables, deal by deal; a deal that is not about a step has what the step asks for."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "int_deals",
                "int_stage_changes",
                "int_field_changes",
                "int_activities",
                "int_deal_contacts",
                "int_withdrawn_activities",
            )
        }

    def add(self, name: str, *path: tuple[float, str], done: str = "meeting call", **deal: Any) -> None:
        """A deal on its path of (day, stage), with an activity on its first day for each word of `done`."""
        base = {"connection": "acme", "deal_key": f"acme:{name}"}
        self.tables["int_deals"].append({
            **base, "crm": "files", "deal_id": name, "pipeline_id": "p", "stage_key": path[-1][1] if path else "first",
            "created_at": day(path[0][0] if path else 0), "deal_type": "new", "owner_key": "ann@acme.example",
            "amount": 100, "currency": "EUR", "is_judged": True, "is_deleted": False, **deal,
        })  # fmt: skip
        self.tables["int_stage_changes"] += [
            {**base, "change_id": f"{n:03}", "stage_id": stage, "stage_key": stage, "entered_at": day(when),
             "source": "history", "precision": "exact", "actor_kind": "person"}
            for n, (when, stage) in enumerate(path)
        ]  # fmt: skip
        for kind in done.split():
            self.act(name, kind, path[0][0] + 0.01)

    def act(self, name: str, kind: str, when: float, **more: Any) -> None:
        rows = self.tables["int_activities"]
        rows.append({"connection": "acme", "deal_key": f"acme:{name}", "activity_id": str(len(rows)), "kind": kind,
                     "occurred_at": day(when), "recorded_at": day(when), "precision": "exact", **more})  # fmt: skip

    def field(self, name: str, field: str, *values: tuple[float | None, str], source: str = "history") -> None:
        self.tables["int_field_changes"] += [
            {"connection": "acme", "deal_key": f"acme:{name}", "change_id": f"{field}{n}", "field": field,
             "value": value, "changed_at": None if when is None else day(when), "source": source,
             "recorded_at": None if when is None else day(when), "precision": "exact"}
            for n, (when, value) in enumerate(values)
        ]  # fmt: skip


def write_deals(deals: Deals) -> None:
    """Every deal that the tests below ask about."""
    left = ((0.0, "first"), (5.0, "third"))
    passed = (*left, (9.0, "last"))
    for name, when in (("that_day", 4.625), ("day_after", 5.625)):  # midnights of the fifth and the sixth day
        deals.add(name, *left, done="call")
        deals.act(name, "meeting", when, precision="day")
    deals.add("across", *left, done="meeting")
    deals.act("across", "call", 5.02, started_at=day(4.98))
    deals.add("unstarted", *left, done="meeting")
    deals.act("unstarted", "call", 5.02)
    deals.add("merged", *left, is_judged=False, unjudged_reason="merged")
    deals.add("imported", *left)
    deals.tables["int_stage_changes"][-2]["actor_kind"] = "import"
    deals.add("at_birth", (0, "last"), (3, "won"))
    deals.add("sold", (0, "first"), (3.001, "won"))
    deals.add("before_it", *passed)
    deals.act("before_it", "demo", 4.9)
    deals.add("again_inside", *passed)
    deals.act("again_inside", "demo", 4.9)
    deals.act("again_inside", "demo", 6)
    deals.add("cut", (5, "third"), (9, "last"), created_at=day(0), done="")
    deals.act("cut", "demo", 4.9)
    deals.add("cut_and_nothing", (5, "third"), (9, "last"), created_at=day(0), done="")
    for name, values in {
        "grew": [(0, "100"), (5.1, "60000")], "shrank": [(0, "60000"), (5.1, "100")], "small": [(0, "49999.99")],
        "big_at_once": [(0, "1"), (5, "50000")], "cleared": [(0, "60000"), (4, "")],
    }.items():  # fmt: skip
        deals.add(name, *left)
        deals.field(name, "amount", *values)
    deals.add("seen_twice", *left)
    deals.field("seen_twice", "amount", (1, "100"), (9, "60000"), source="snapshot")
    deals.add("seen_once", *left)
    deals.field("seen_once", "amount", (9, "60000"), source="snapshot")
    deals.add("in_dollars", *left, currency="USD", amount=60000)
    deals.add("in_marks", *left, currency="DEM", amount=60000)
    deals.add("still_small", (0, "first"))
    deals.field("still_small", "amount", (0, "60000"), (30, "100"))
    deals.add("abroad", *left, pipeline_id="q")
    deals.add("reviewed", *left, amount=60000, done="meeting call review")
    for name in ("excused", "excused_late", "excused_too_late"):
        deals.add(name, *left, done="call")
    deals.add("excused_open", (0, "first"), done="call")
    for name, when in (("deleted_later", 20), ("deleted_before", 4), ("deleted_and_done", 4)):
        deals.add(name, *left, done="call")
        deals.act(name, "meeting", 1)
        gone = deals.tables["int_activities"].pop()
        deals.tables["int_withdrawn_activities"].append(
            {**gone, "activity_id": f"gone {name}", "withdrawn_at": day(when)}
        )
    deals.act("deleted_and_done", "meeting", 2)
    deals.add("older", *left, done="call")
    deals.act("older", "meeting", -20)
    deals.add("ahead", *left, done="call")
    deals.act("ahead", "meeting", 4, recorded_at=day(-1))
    deals.add("planned", *left, done="call")
    deals.act("planned", "meeting", 200, recorded_at=day(1))
    deals.add("told_later", *left, done="call")
    deals.act("told_later", "meeting", 1, recorded_at=JUDGED + timedelta(seconds=1))
    deals.add("bare", done="")
    deals.field("bare", "segment", (None, "Large"), source="snapshot")
    deals.add("busy", *left, done="call")
    for n in range(2000):
        deals.act("busy", "meeting", 1 + n / 1000)
    deals.add("by_the_way", (0, "first"), (2, "pilot"), (5, "third"))
    deals.add("emptied", *passed)
    deals.field("emptied", "price", (1, "9"), (2, ""))
    deals.add("never_priced", *passed)
    deals.tables["int_deal_contacts"].append({
        "connection": "acme", "deal_key": "acme:emptied", "contact_id": "x", "added_at": day(1),
        "removed_at": day(20), "precision": "exact",
    })  # fmt: skip
    spring = ((60.0, "first"), (65.0, "last"))  # under the second version
    deals.add("large", *spring, done="")
    deals.field("large", "segment", (60, "Large"))
    deals.add("was_large", *spring, done="")
    deals.field("was_large", "segment", (60, "Large"), (64, "Small"))


def waiver(number: str, deal: str | None, given: float, until: float | None = None) -> dict[str, Any]:
    ends = None if until is None else day(until)
    return {"waiver_id": number, "deal_key": deal and f"acme:{deal}", "step_key": "met", "given_by": "boss",
            "given_at": day(given), "reason": "Known for years.", "valid_to": ends}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("rules")
    path = Path(folder) / "process.yml"
    path.write_text(PROCESS)
    process = load_process(path)
    deals = Deals()
    write_deals(deals)
    world = World(folder, as_of=JUDGED, won_at_birth_seconds=process.defaults.won_at_birth)
    for table, frame in process_tables(process, ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "files", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in SOURCES])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": pipeline, "stage_id": key, "stage_key": key}
                                  for pipeline in "pq" for key in STAGES])  # fmt: skip
    world.reference("waivers", [
        waiver("w1", "excused", 1), waiver("w2", "excused_late", 20), waiver("w3", "excused_too_late", 1, 5),
        waiver("w4", "excused_open", 1), waiver("w5", "gone", 1),
    ])  # fmt: skip
    for table, rows in deals.tables.items():
        world.canonical(table, rows)
    world.canonical("int_fx_rates", [
        {"currency": "USD", "rate_to_home": 0.5, "valid_from": at("2000-01-01").date()}
    ])  # fmt: skip
    return world.build()


STATES: dict[str, dict[str, str]] = {
    # evidence of which only the day is known counts from that day's beginning
    "that_day": {"met": "done"},
    "day_after": {"met": "late"},
    # start or completion, by the step; a record without a start has but one moment
    "across": {"rang": "done", "spoke": "late"},
    "unstarted": {"rang": "late", "spoke": "late"},
    # inside its stage
    "before_it": {"shown": "missing"},
    "again_inside": {"shown": "done"},
    "cut": {"shown": "unknown"},
    "cut_and_nothing": {"shown": "missing"},
    # asked for under a condition, as things were when leaving the stage
    "grew": {"reviewed": "not_applicable"},
    "shrank": {"reviewed": "missing"},
    "small": {"reviewed": "not_applicable"},
    "big_at_once": {"reviewed": "missing"},
    "cleared": {"reviewed": "not_applicable"},
    "seen_twice": {"reviewed": "unknown"},
    "seen_once": {"reviewed": "missing"},
    "in_dollars": {"reviewed": "not_applicable"},
    "in_marks": {"reviewed": "unknown"},
    "still_small": {"reviewed": "not_applicable", "met": "done"},
    "abroad": {"checked": "missing"},
    "reviewed": {"reviewed": "done", "checked": "not_applicable"},
    # lifted
    "excused": {"met": "waived", "rang": "done"},
    "excused_late": {"met": "waived"},
    "excused_too_late": {"met": "missing"},
    "excused_open": {"met": "waived"},
    # times that do not fit
    "older": {"met": "done"},
    "ahead": {"met": "done"},
    "planned": {"met": "missing"},
    "told_later": {"met": "missing"},
    "bare": {"met": "pending"},
    "busy": {"met": "done"},
    # taken back after the stage was left, or before
    "deleted_later": {"met": "done"},
    "deleted_before": {"met": "missing"},
    "deleted_and_done": {"met": "done"},
    # an optional stage
    "by_the_way": {"piloted": "missing"},
    "sold": {"piloted": "not_applicable", "priced": "missing"},
    # leaving a stage asks for what was done before, whatever became of it
    "emptied": {"priced": "done", "named": "done"},
    "never_priced": {"priced": "missing", "named": "missing"},
    # a version for some deals only
    "large": {"met": "missing"},
    "was_large": {"met": "not_applicable"},
}


def states(built: Warehouse, deal: str) -> dict[str, str]:
    rows = built.query("select step_key, state from warehouse.marts.fct_step_results where deal_id = ?", deal)
    return {row["step_key"]: row["state"] for row in rows}


@pytest.mark.parametrize("deal", STATES)
def test_the_state_of_each_step_follows_the_rule(built: Warehouse, deal: str) -> None:
    found = states(built, deal)
    assert {step: found[step] for step in STATES[deal]} == STATES[deal]


def test_deals_that_nobody_sold_here_are_unjudged_and_counted(built: Warehouse) -> None:
    """Merged away, imported, or won at once: they owe nothing, and are told with their reason."""
    rows = built.query(
        "select unjudged_reason, count(*) as deals, sum(due) as due, sum(findings) as findings"
        " from warehouse.marts.fct_deal_compliance where not is_judged group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("imported", 1, 0, 0), ("merged", 1, 0, 0), ("won_at_birth", 1, 0, 0),
    ]  # fmt: skip
    (sold,) = built.query("select is_judged, due from warehouse.marts.fct_deal_compliance where deal_id = 'sold'")
    assert sold["is_judged"]
    assert sold["due"] > 0


def test_reasons_are_plain_words(built: Warehouse) -> None:
    reasons = {
        (row["deal_id"], row["step_key"]): row["reason"]
        for row in built.query("select deal_id, step_key, reason from warehouse.marts.fct_step_results")
    }
    assert reasons["grew", "reviewed"] == "the process does not ask for it with this amount"
    assert reasons["sold", "piloted"] == "the deal went past the stage, which is optional"
    assert reasons["seen_twice", "reviewed"] == (
        "whether it is asked of this deal depends on its amount, and what that was then is not known"
    )
    assert reasons["cut", "shown"] == "it is recorded, but whether while the deal was in the stage is not known"


def test_a_waiver_lifts_the_duty_and_keeps_the_finding(built: Warehouse) -> None:
    sql = "select kind, is_waived, is_alert from warehouse.marts.fct_findings where deal_id = ? and step_key = 'met'"
    assert built.query(sql, "excused") == [{"kind": "step_missing", "is_waived": True, "is_alert": False}]
    assert built.query(sql, "excused_too_late") == [{"kind": "step_missing", "is_waived": False, "is_alert": True}]
    (deal,) = built.query("select * from warehouse.marts.fct_deal_compliance where deal_id = 'excused'")
    assert (deal["due"], deal["ok"], deal["waived_steps"], float(deal["rate_low"])) == (1, 1, 1, 1.0)
    assert (deal["due_without_waivers"], deal["ok_without_waivers"]) == (2, 1)
    assert float(deal["rate_high_without_waivers"]) == 0.5
    (step,) = built.query(
        "select * from warehouse.marts.fct_step_results where deal_id = 'excused' and step_key = 'met'"
    )
    assert (step["state_without_waiver"], step["waiver_id"]) == ("missing", "w1")


def test_evidence_older_than_its_deal_is_early(built: Warehouse) -> None:
    early = built.values("select step_key from warehouse.marts.fct_step_results where deal_id = 'older' and is_early")
    assert early == ["met"]


def test_a_deal_without_history_or_evidence_owes_nothing_yet(built: Warehouse) -> None:
    (deal,) = built.query("select * from warehouse.marts.fct_deal_compliance where deal_id = 'bare'")
    assert (deal["status"], deal["due"], deal["rate_low"], deal["findings"]) == ("open", 0, None, 0)
