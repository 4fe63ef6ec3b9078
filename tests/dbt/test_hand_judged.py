"""Deals in which several traps of the rules meet, with verdicts that were worked out by hand: hand_judged.yml.

The file says what each deal is and what must come out of it; here is only how it is read and compared. The golden
deals, one for each rule, are in test_compliance_golden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World
from tests.reference.days import Days

ZONE = ZoneInfo("Europe/Berlin")
FILE = Path(__file__).with_name("hand_judged.yml")
FOUND: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
DEALS: dict[str, dict[str, Any]] = FOUND["deals"]
SOUND = FOUND["sound"]
KINDS = {"stage_skipped": "skip", "born_late": "born_late", "moved_backward": "backward", "reopened": "reopen",
         "conflicting_outcome": "conflict"}  # fmt: skip
WORK = re.compile(r"(\S+ \S+)(?: recorded (\S+ \S+))?(?: by (\S+))?( day)?$")
PEOPLE = {"ann": "ann", "ann2": "ann", "bob": "bob"}
"""Owner id -> the person: one has two accounts."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}")


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Tables:
    """The rows of the canonical and reference tables; every deal is a connection, for each has its own moment."""

    def __init__(self) -> None:
        self.canonical: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("int_deals", "int_stage_changes", "int_field_changes", "int_activities",
                                  "int_deal_contacts", "int_withdrawn_activities")
        }  # fmt: skip
        self.reference: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("connections", "coverage", "stage_map", "waivers")
        }
        for name, deal in DEALS.items():
            self._add({"connection": name, "deal_key": f"{name}:1"}, deal)

    def _add(self, base: dict[str, Any], deal: dict[str, Any]) -> None:
        name = base["connection"]
        path = [step.split(" ", 1) for step in deal.get("path", SOUND["path"])]
        stands_in = deal.get("stands_in") or path[-1][0]
        since = deal.get("sources_from")
        self.reference["connections"].append(
            {"connection": name, "crm": "files", "state": "good", "judged_at": at(deal.get("as_of", "04-15 10:00"))}
        )
        self.reference["coverage"] += [
            {"connection": name, "object": kind, "covered_from": at(since) if since and kind == "activities" else None}
            for kind in SOURCES
        ]
        self.reference["stage_map"] += [
            {"connection": name, "pipeline_id": "p", "stage_id": key, "stage_key": key} for key in "qdtpc"
        ]
        self.canonical["int_deals"].append({
            **base, "crm": "files", "deal_id": "1", "pipeline_id": "p", "stage_id": stands_in, "stage_key": stands_in,
            "created_at": at(deal.get("created", "03-01 09:00")), "deal_type": deal.get("type", "new"),
            "is_judged": True, "is_deleted": False, "amount": deal.get("amount", 100), "currency": "EUR",
        })  # fmt: skip
        for number, (stage, moment) in enumerate(path):
            self.canonical["int_stage_changes"].append({
                **base, "change_id": f"{number:03}", "stage_id": stage, "entered_at": at(" ".join(moment.split()[:2])),
                "stage_key": "unmapped" if stage == "x" else stage, "actor_kind": "person",
                "source": "snapshot" if moment.endswith(" snapshot") else "history",
                "precision": {"day": "day", "snapshot": "order"}.get(moment.split()[-1], "exact"),
            })  # fmt: skip
        self._work(base, {**SOUND["done"], **deal.get("done", {})}, deal.get("withdrawn", {}))
        for source in ("fields", "snapshots"):
            self._fields(base, source, deal.get(source, {}))
        for number, moment in enumerate(deal.get("contacts", [])):
            self.canonical["int_deal_contacts"].append({
                **base, "contact_id": str(number), "added_at": moment and at(moment), "precision": "exact",
            })  # fmt: skip
        for number, waiver in enumerate(deal.get("waivers", [])):
            words = re.fullmatch(r"(\S+)(?: from (\S+ \S+))?(?: to (\S+ \S+))?", waiver)
            assert words is not None
            self.reference["waivers"].append({
                "waiver_id": f"{name}{number}", "deal_key": base["deal_key"], "step_key": words[1], "given_by": "boss",
                "given_at": at(words[2] or "03-01 09:00"), "reason": "So.", "valid_to": words[3] and at(words[3]),
            })  # fmt: skip

    def _work(self, base: dict[str, Any], done: dict[str, Any], withdrawn: dict[str, str]) -> None:
        for kind, texts in done.items():
            word, _, direction = kind.partition(" ")
            for text in several(texts) if texts else []:
                words = WORK.match(text)
                assert words is not None, text
                gone = withdrawn.get(kind)
                rows = self.canonical["int_withdrawn_activities" if gone else "int_activities"]
                rows.append({
                    **base, "activity_id": f"{base['connection']}{len(rows)}", "kind": word,
                    "direction": direction or ("out" if word == "call" else None), "occurred_at": at(words[1]),
                    "recorded_at": at(words[2] or words[1]), "owner_id": words[3],
                    "owner_key": words[3] and PEOPLE[words[3]], "precision": "day" if words[4] else "exact",
                    **({"withdrawn_at": at(gone)} if gone else {}),
                })  # fmt: skip

    def _fields(self, base: dict[str, Any], source: str, fields: dict[str, list[str]]) -> None:
        for field, texts in fields.items():
            for number, text in enumerate(texts):
                day, moment, value = text.split(" ", 2)
                when = at(f"{day} {moment}")
                self.canonical["int_field_changes"].append({
                    **base, "change_id": f"{source}{number}", "field": field, "value": value or None,
                    "changed_at": when, "recorded_at": when, "precision": "exact", "actor_kind": "person",
                    "source": "history" if source == "fields" else "snapshot",
                })  # fmt: skip
                if source == "snapshots":  # it may have been there for longer, which staging says in a row of its own
                    seen = self.canonical["int_field_changes"][-1]
                    self.canonical["int_field_changes"].append({
                        **seen, "change_id": f"seen{number}", "changed_at": None, "recorded_at": None,
                        "precision": "order",
                    })  # fmt: skip


def berlin_days() -> Iterable[dict[str, Any]]:
    days, worked = Days(ZONE, lambda day: day.weekday() < 5), 0
    for day in (date(2024, 1, 1) + timedelta(days=n) for n in range(366)):
        worked += days.is_working_day(day)
        yield {"day": day, "day_start_utc": days.begins(day), "day_end_utc": days.begins(day + timedelta(days=1)),
               "is_working_day": days.is_working_day(day), "working_day_no": worked}  # fmt: skip


Marts = dict[str, dict[str, list[dict[str, Any]]]]
MARTS = ("fct_deal_compliance", "fct_step_results", "fct_findings", "fct_responses")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """Deal -> mart -> its rows."""
    folder: Path = tmp_path_factory.mktemp("hand_judged")
    (folder / "process.yml").write_text(yaml.safe_dump(FOUND["process"], sort_keys=False), encoding="utf-8")
    world = World(folder, time_zone=str(ZONE))
    for table, frame in process_tables(load_process(folder / "process.yml"), ZONE).items():
        world.reference(table, frame)
    world.reference("calendar", list(berlin_days()))
    tables = Tables()
    for table, rows in tables.reference.items():
        world.reference(table, rows)
    for table, rows in tables.canonical.items():
        world.canonical(table, rows)
    warehouse = world.build()
    found: Marts = {name: {mart: [] for mart in MARTS} for name in DEALS}
    for mart in MARTS:
        for row in warehouse.query(f"select * from warehouse.marts.{mart}"):
            found[row["connection"]][mart].append(row)
    return found


def judged(marts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What came out, by the words of the file; the steps' states by their keys."""
    [deal], results, findings, responses = (marts[mart] for mart in MARTS)
    findings.sort(key=lambda row: (row["since"], row["kind"]))
    answers: dict[str, list[str]] = {}
    for row in sorted(responses, key=lambda row: row["activation"]):
        answers.setdefault(row["response_key"], []).append(row["state"])
    return {
        **{row["step_key"]: row["state"] for row in results},
        "status": deal["status"],
        "due": deal["due"],
        "ok": deal["ok"],
        "low": None if deal["rate_low"] is None else float(deal["rate_low"]),
        "high": None if deal["rate_high"] is None else float(deal["rate_high"]),
        "truncated": deal["is_truncated"],
        "moves": [KINDS[f["kind"]] for f in findings if f["kind"] in KINDS],
        "over": sorted(f["stage_key"] for f in findings if f["kind"] == "over_time"),
        "ooo": sorted(row["step_key"] for row in results if row["is_out_of_order"]),
        "early": sorted(row["step_key"] for row in results if row["is_early"]),
        "four_eyes": {row["step_key"]: row["four_eyes"] for row in results if row["four_eyes"]},
        "responses": answers,
    }


@pytest.mark.parametrize("name", DEALS)
def test_the_deal_is_judged_as_by_hand(built: Marts, name: str) -> None:
    found, expected = judged(built[name]), DEALS[name]["expect"]
    assert {key: found.get(key) for key in expected} == expected, DEALS[name]["rule"]
