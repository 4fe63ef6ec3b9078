"""Findings on deals judged by the default process: what people read, whom it concerns, and what asks for something.

The deals are written by hand, one per situation, all with the process that ships; verdicts themselves are compared
with independent oracles elsewhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at

MONDAY = at("2024-03-04T09:00:00")
JUDGED = at("2024-06-03T06:00:00")
NATIVE = ("qualify", "develop", "propose", "close", "won", "lost")


def day(n: float) -> datetime:
    return MONDAY + timedelta(days=n)


class Deals:
    """Rows of the canonical tables, deal by deal."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in ("int_deals", "int_stage_changes", "int_field_changes", "int_activities", "int_deal_contacts")
        }

    def add(
        self, name: str, path: list[tuple[float, str]], *, done: str = "", precision: str = "exact", **deal: Any
    ) -> None:
        """A deal on its path of (day, stage). `done`: what was recorded in time, b(uyer) t(alk) a(mount) d(ate)."""
        base = {"connection": "acme", "deal_key": f"acme:{name}"}
        self.tables["int_deals"].append({
            **base, "crm": "hubspot", "deal_id": name, "pipeline_id": "p", "stage_key": path[-1][1],
            "created_at": day(path[0][0]), "deal_type": "new", "owner_key": "new@acme.example", "is_judged": True,
            "is_deleted": False, "amount_home": 100, **deal,
        })  # fmt: skip
        self.tables["int_stage_changes"] += [
            {**base, "change_id": f"{n:03}", "stage_id": stage, "stage_key": stage, "entered_at": day(when),
             "source": "history", "precision": precision, "actor_id": "u7", "actor_kind": "person"}
            for n, (when, stage) in enumerate(path)
        ]  # fmt: skip
        if "b" in done:
            self.tables["int_deal_contacts"].append(
                {**base, "contact_id": "x", "added_at": day(0), "precision": "exact"}
            )
        if "t" in done:
            self.activity(name, "meeting", 0.2)
        if "a" in done:
            self.field(name, "amount", "500", 0)
        if "d" in done:
            self.field(name, "close_date", "2024-12-31", 0)

    def field(self, name: str, field: str, value: str, when: float | None) -> None:
        moment = None if when is None else day(when)
        self.tables["int_field_changes"].append({
            "connection": "acme", "deal_key": f"acme:{name}", "change_id": f"{field}{when}", "field": field,
            "value": value, "changed_at": moment, "recorded_at": moment, "source": "history", "precision": "exact",
        })  # fmt: skip

    def activity(self, name: str, kind: str, when: float, precision: str = "exact", **more: Any) -> None:
        self.tables["int_activities"].append({
            "connection": "acme", "deal_key": f"acme:{name}", "activity_id": f"{name}{kind}{when}", "kind": kind,
            "occurred_at": day(when), "recorded_at": day(when), "precision": precision, **more,
        })  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    deals = Deals()
    deals.add("silent", [(0, "qualify"), (2, "develop")], done="b")
    deals.field("silent", "owner", "41", 0)
    deals.field("silent", "owner", "42", 5)
    deals.add("skipped", [(0, "qualify"), (2, "propose")], done="bt")
    deals.add("skipped_but_done", [(0, "qualify"), (2, "propose")], done="bta")
    deals.add("born", [(0, "propose")])
    deals.add("back", [(0, "qualify"), (2, "develop"), (4, "qualify"), (6, "develop")], done="bt")
    deals.add("again", [(0, "qualify"), (2, "lost"), (9, "qualify")], done="bt")
    deals.add("stale_date", [(0, "qualify"), (2, "develop"), (3, "propose"), (9, "close")], done="bta")
    deals.field("stale_date", "close_date", "2024-03-10", 0)
    deals.add("lost", [(0, "qualify"), (2, "lost")])
    deals.add("lost_told", [(0, "qualify"), (2, "lost")])
    deals.field("lost_told", "lost_reason", "Price", 3.5)
    deals.add("lost_late", [(0, "qualify"), (2, "lost")])
    deals.field("lost_late", "lost_reason", "Price", 4.5)
    deals.add("odd", [(0, "qualify"), (2, "develop"), (3, "unmapped")], done="bt")
    deals.add("renewal", [(0, "propose")], deal_type="renewal", is_judged=False, unjudged_reason="deal_type")
    deals.add("merged", [(0, "qualify"), (2, "develop"), (3, "qualify"), (4, "develop"), (8, "propose")],
              unclear_until=day(4))  # fmt: skip
    deals.add("date_only", [(0, "qualify"), (0.3, "develop")], done="b")
    deals.activity("date_only", "meeting", -0.375, "day")  # the midnight of the day on which it left
    deals.add("undated", [(0, "qualify"), (2, "develop"), (3, "propose")], done="bt")
    deals.field("undated", "amount", "500", None)
    deals.add("planned", [(0, "qualify"), (2, "develop")], done="b")
    deals.activity("planned", "meeting", 200)
    deals.add("written_ahead", [(0, "qualify"), (2, "develop"), (3, "propose")], done="bt")
    deals.field("written_ahead", "amount", "500", 200)
    deals.add("moves_ahead", [(0, "qualify"), (200, "propose")], done="b")
    deals.add("at_once", [(0, "qualify"), (2, "propose"), (2, "won")], done="btad")
    deals.add("there_and_back", [(0, "qualify"), (2, "develop"), (2.001, "propose"), (2.002, "develop"),
                                 (2.003, "qualify")], done="b")  # fmt: skip
    deals.add("next_day", [(0, "qualify"), (0.3, "develop")], done="b")
    deals.activity("next_day", "meeting", 1.625, "day")  # the midnight at which the grace is over
    deals.add("by_days", [(-0.375, "qualify"), (1.625, "develop")], precision="day", created_at=day(0), done="b")
    deals.activity("by_days", "meeting", 2.2)  # later on the day on which it left
    deals.add("born_that_day", [(0, "propose")], created_at=day(-0.375), done="bta")
    deals.add("undirected", [(0, "qualify"), (2, "develop")], done="b")
    deals.activity("undirected", "email", 1)
    deals.activity("undirected", "email", 1.5, direction="out")
    deals.add("answered_later", [(0, "qualify"), (2, "develop")], done="b")
    deals.activity("answered_later", "email", 1, direction="out")
    deals.activity("answered_later", "email", 20)
    deals.add("in_words", [(0, "qualify"), (2, "develop"), (3, "propose")], done="bt")
    deals.field("in_words", "amount", "EUR 500", 0)
    deals.add("won_and_undone", [(0, "qualify"), (2, "won"), (2, "qualify")], done="b", stage_id="qualify")
    deals.add("born_some_day", [(0, "propose")], created_at=None)
    world = World(tmp_path_factory.mktemp("findings"), as_of=JUDGED)
    for table, frame in process_tables(load_process(), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": "acme", "crm": "hubspot", "state": "good", "judged_at": JUDGED}])
    world.reference("coverage", [{"connection": "acme", "object": kind} for kind in SOURCES])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{"connection": "acme", "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for key in NATIVE])  # fmt: skip
    for table, rows in deals.tables.items():
        world.canonical(table, rows)
    people = {"41": "old@acme.example", "42": "new@acme.example"}
    world.canonical("int_owners", [{"connection": "acme", "owner_id": o, "owner_key": k} for o, k in people.items()])
    return world.build()


def findings(built: Warehouse, deal: str) -> list[tuple[str, str, bool]]:
    """Kind, sentence and alert of a deal's findings, without those about time."""
    rows = built.query(
        "select * from warehouse.marts.fct_findings where deal_id = ? and kind <> 'over_time'"
        " order by since, kind, sentence",
        deal,
    )
    return [(row["kind"], row["sentence"], row["is_alert"]) for row in rows]


def states(built: Warehouse, deal: str) -> dict[str, str]:
    rows = built.query("select step_key, state from warehouse.marts.fct_step_results where deal_id = ?", deal)
    return {row["step_key"]: row["state"] for row in rows}


BORN_LATE = (
    'Created in Propose, without Qualify, Develop; "Amount known", "Buyer named", "Conversation held" are not recorded'
)
EXPECTED = {
    "silent": [("step_missing", 'Leaving Qualify: "Conversation held" is not recorded', True)],
    "skipped": [
        ("stage_skipped", 'Moved from Qualify to Propose without Develop; "Amount known" is not recorded', True)
    ],
    "skipped_but_done": [("stage_skipped", "Moved from Qualify to Propose without Develop", False)],
    "born": [("born_late", BORN_LATE, True)],
    "back": [("moved_backward", "Moved back from Develop to Qualify", False)],
    "again": [("reopened", "Opened again in Qualify after it was lost", False)],
    "stale_date": [
        ("step_missing", 'Leaving Propose: "Close date still ahead" was not so when leaving the stage', False)
    ],
    "lost": [("step_missing", 'Lost: "Lost reason recorded" is not recorded', True)],
    "lost_told": [],
    "lost_late": [("step_late", 'Lost: "Lost reason recorded" was recorded too late', False)],
    "odd": [("stage_unmapped", 'Was put in the CRM stage "unmapped", which is not mapped to the process', False)],
    "renewal": [],
    "date_only": [],
    "undated": [],
    "planned": [("step_missing", 'Leaving Qualify: "Conversation held" is not recorded', True)],
    "written_ahead": [("step_missing", 'Leaving Develop: "Amount known" is not recorded', True)],
    "moves_ahead": [],
    "at_once": [
        ("stage_skipped", "Moved from Propose to Won without Close", False),
        ("stage_skipped", "Moved from Qualify to Propose without Develop", False),
    ],
    "there_and_back": [],
    "next_day": [
        ("step_late", 'Leaving Qualify: "Conversation held" was recorded only after leaving the stage', False)
    ],
    "by_days": [],
    "born_that_day": [("born_late", "Created in Propose, without Qualify, Develop", False)],
    "born_some_day": [],
    "undirected": [],
    # The mail may be the buyer's or ours: it came too late or was no answer, and nothing that is recorded mends either.
    "answered_later": [
        ("step_late", 'Leaving Qualify: "Conversation held" was recorded too late, if at all', False),
    ],
    "won_and_undone": [],
    "in_words": [],
}  # fmt: skip


@pytest.mark.parametrize("deal", EXPECTED)
def test_findings_are_told_once_and_in_plain_words(built: Warehouse, deal: str) -> None:
    assert findings(built, deal) == EXPECTED[deal]


def test_blame_is_with_who_had_the_deal_then(built: Warehouse) -> None:
    (row,) = built.query(
        "select * from warehouse.marts.fct_findings where deal_id = 'silent' and kind = 'step_missing'"
    )
    assert (row["owner_key_at_breach"], row["owner_key_now"]) == ("old@acme.example", "new@acme.example")
    assert (row["moved_by"], row["moved_by_kind"]) == ("u7", "person")


def test_what_is_dated_ahead_has_not_happened(built: Warehouse) -> None:
    """Neither a move nor an entry counts before its time, as with a clock that runs wrong or a year mistyped."""
    assert states(built, "moves_ahead")["buyer_named"] == "done"
    assert states(built, "moves_ahead")["conversation_held"] == "pending"
    assert built.values("select due from warehouse.marts.fct_deal_compliance where deal_id = 'moves_ahead'") == [0]


def test_a_day_without_a_time_is_compared_as_a_day(built: Warehouse) -> None:
    assert states(built, "by_days")["conversation_held"] == "done"
    assert states(built, "next_day")["conversation_held"] == "late"
    assert states(built, "born_some_day")["buyer_named"] == "unknown", "nobody knows whether it began there"


def test_doubt_is_named_as_doubt(built: Warehouse) -> None:
    assert states(built, "undated")["amount_known"] == "unknown"
    odd = states(built, "odd")
    assert (odd["buyer_named"], odd["amount_known"], odd["final_amount"]) == ("done", "unknown", "unknown")
    merged = states(built, "merged")
    assert (merged["buyer_named"], merged["amount_known"]) == ("unknown", "missing")
    assert findings(built, "merged") == [("step_missing", 'Leaving Develop: "Amount known" is not recorded', True)]


def test_a_mail_that_may_be_the_buyers_accuses_nobody(built: Warehouse) -> None:
    """Salesforce keeps a logged mail as a task that doesn't say which way it went."""
    assert states(built, "undirected")["conversation_held"] == "unknown"
    [reason] = built.values("""select reason from warehouse.marts.fct_step_results
        where deal_id = 'undirected' and step_key = 'conversation_held'""")
    assert reason == "something is recorded, but the CRM does not say which way it went, how it ended or its subject"


def test_won_and_taken_back_in_one_save_is_no_move(built: Warehouse) -> None:
    """Both have the history's one second; the deal stands where it stood before, so it was never won."""
    visits = built.query(
        "select stage_key, left_at from warehouse.marts.fct_stage_visits where deal_id = ?", "won_and_undone"
    )
    assert visits == [{"stage_key": "qualify", "left_at": None}]
    assert states(built, "won_and_undone")["conversation_held"] == "pending"


def test_every_deal_has_a_result_for_every_step(built: Warehouse) -> None:
    counted = built.query("""select count(*) as n, count(distinct deal_key) as deals, count(distinct step_key) as steps
        from warehouse.marts.fct_step_results""")[0]  # fmt: skip
    assert counted["n"] == counted["deals"] * counted["steps"]
    assert set(states(built, "renewal").values()) == {"not_applicable"}


def test_what_the_stage_limits_say(built: Warehouse) -> None:
    (row,) = built.query("select * from warehouse.marts.fct_findings where deal_id = 'silent' and kind = 'over_time'")
    assert row["sentence"] == "In Develop for 88 days; the limit is 45"
    assert (row["since"], row["is_alert"]) == (day(2 + 45), True)


def test_an_amount_in_words_is_not_told_to_be_none(built: Warehouse) -> None:
    reason = "select reason from warehouse.marts.fct_step_results where deal_id = ? and step_key = 'amount_known'"
    assert states(built, "in_words")["amount_known"] == "unknown"
    assert built.values(reason, "in_words") == ["something is recorded that can't be read as a number"]
