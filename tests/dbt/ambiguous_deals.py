"""Deals by hand, one for each answer to an ambiguous case, and a process with a step for each question."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.dbt.harness import at

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
