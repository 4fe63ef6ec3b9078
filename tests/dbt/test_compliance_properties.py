"""What must hold for any history: order of arrival means nothing, and visits fill the time without a gap.

The histories are drawn at random from a fixed seed; nothing here knows what the right verdicts are.
"""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.compile_process import process_tables
from expectations.process import DEFAULT_PROCESS, load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at

BEGIN, JUDGED = at("2024-01-08T09:00:00"), at("2024-06-03T06:00:00")
EARLIER = at("2024-02-20T06:00:00")
OWNERS = ("1", "2", "3")
MOMENTS = {"int_deals": "created_at", "int_stage_changes": "entered_at", "int_field_changes": "changed_at",
           "int_activities": "occurred_at", "int_deal_contacts": "added_at"}  # fmt: skip
Tables = dict[str, list[dict[str, Any]]]
STAGES = ("qualify", "develop", "propose", "close", "won", "lost", "unmapped")
DELAYS = (0, 0, 0, 1, 3_600, 90_000, 200_000, 2_000_000)
"""How much later than it happened something may come into the CRM, in seconds."""
GAPS = (0, 1, 30, 200, 299, 301, 4_000, 90_000, 700_000)
MORE = """
responses:
  - {key: reply, name: Reply, mandatory: true, when: {activity: meeting}, evidence: {activity: call}, within: 2 days}
while_open:
  - {key: plan, name: Planned, rule: next_activity_planned}
  - {key: touch, name: In touch, rule: {contact_within: 14 days}}
  - {key: pushes, name: Kept, rule: {pushes_at_most: 0}}
  - {key: amount, name: Amount, rule: amount_present}
"""
"""Duties that the default process does without."""


def drawn_rows(rng: random.Random, deals: int) -> Tables:
    """Deals with changes that tie, flicker, go back, close, open again or were only found, and some work on them."""
    tables: Tables = {name: [] for name in MOMENTS}

    def moment() -> datetime:
        return BEGIN + timedelta(seconds=rng.randrange(8_000_000))

    def recorded(when: datetime) -> datetime:
        return when + timedelta(seconds=rng.choice(DELAYS))

    for n in range(deals):
        key = {"deal_key": str(n)}
        created = moment()
        tables["int_deals"].append({**key, "deal_id": str(n), "pipeline_id": "p", "deal_type": "new", "is_judged": True,
                                    "is_deleted": False, "crm": "files", "created_at": created})  # fmt: skip
        entered = created + timedelta(seconds=rng.choice((0, 0, 0, 59, 61)))
        for change in range(rng.randint(0, 8)):
            is_found = rng.random() < 0.05  # by a reading, and nobody tells since when
            tables["int_stage_changes"].append({
                **key, "change_id": str(change), "stage_key": rng.choice(STAGES), "entered_at": entered,
                "recorded_at": None if is_found else recorded(entered), "actor_kind": "person",
                "source": "snapshot" if is_found else "history", "precision": "order" if is_found else "second",
            })  # fmt: skip
            entered += timedelta(seconds=rng.choice(GAPS))
        for k in range(rng.randint(0, 4)):
            tables["int_activities"].append({
                **key, "activity_id": f"{n}-{k}", "kind": rng.choice(("meeting", "call", "email")), "direction": "in",
                "outcome": rng.choice(("completed", None)), "occurred_at": (when := moment()),
                "recorded_at": recorded(when), "precision": "exact",
            })  # fmt: skip
        for field in ("amount", "close_date", "owner"):
            for k in range(rng.randint(0, 3)):
                value = {"amount": rng.choice(("0", "9", "")), "close_date": str(moment().date()),
                         "owner": rng.choice(OWNERS)}[field]  # fmt: skip
                tables["int_field_changes"].append({
                    **key, "change_id": f"{field}{k}", "field": field, "value": value, "changed_at": (when := moment()),
                    "recorded_at": recorded(when), "source": "history", "precision": "exact",
                })  # fmt: skip
        for k in range(rng.randint(0, 2)):
            tables["int_deal_contacts"].append(
                {**key, "contact_id": str(k), "added_at": moment(), "precision": "exact"}
            )
    return tables


def until(tables: Tables, moment: datetime) -> Tables:
    """What had happened by then and was in the CRM."""
    return {
        table: [row for row in rows if max(row[MOMENTS[table]], row.get("recorded_at") or moment) <= moment]
        for table, rows in tables.items()
    }


def with_late_events(tables: Tables) -> Tables:
    """Every twentieth deal was worked on long ago and moved once more, and nobody had told us yet."""
    touched = [row["deal_key"] for row in tables["int_deals"] if int(row["deal_key"]) % 20 == 0]
    when = {"source": "history", "precision": "second", "actor_kind": "person"}
    more: Tables = {
        "int_activities": [{"deal_key": key, "activity_id": f"{key}-late", "kind": "meeting", "precision": "exact",
                            "occurred_at": BEGIN, "recorded_at": JUDGED - timedelta(hours=1)} for key in touched],
        "int_stage_changes": [{"deal_key": key, "change_id": "late", "stage_key": "close", **when,
                               "entered_at": JUDGED - timedelta(days=1)} for key in touched],
    }  # fmt: skip
    return {table: rows + more.get(table, []) for table, rows in tables.items()}


def with_stages_of_today(tables: Tables) -> Tables:
    """Each deal as its CRM shows it: in the stage of its last change, also when it is judged as of an earlier day."""
    last: dict[str, Any] = {}
    for row in sorted(tables["int_stage_changes"], key=lambda row: (row["entered_at"], row["change_id"])):
        last[row["deal_key"]] = row["stage_key"]
    deals = [{**row, "stage_key": last.get(row["deal_key"])} for row in tables["int_deals"]]
    return {**tables, "int_deals": deals}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same deals in five connections.

    In `a` as drawn, in `b` with all rows shuffled, in `late` with some events more; in `past` and `back` judged at an
    earlier moment, of which `past` knows only what had happened by then and `back` what came later, too.
    """
    rng = random.Random(20241)
    drawn = drawn_rows(rng, 400)
    told = {"a": drawn, "b": {table: rng.sample(rows, len(rows)) for table, rows in drawn.items()},
            "late": with_late_events(drawn), "past": until(drawn, EARLIER), "back": drawn}  # fmt: skip
    folder = tmp_path_factory.mktemp("properties")
    (folder / "process.yml").write_text(DEFAULT_PROCESS.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    world = World(folder, as_of=JUDGED)
    for table, frame in process_tables(load_process(folder / "process.yml"), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    own = [{"connection": name} for name in told]
    world.reference("connections", [
        {**name, "crm": "files", "state": "good",
         "judged_at": EARLIER if name["connection"] in ("past", "back") else JUDGED} for name in own
    ])  # fmt: skip
    world.reference("coverage", [{**name, "object": kind} for name in own for kind in (*SOURCES, "planned_activities")])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{**name, "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for name in own for key in STAGES[:-1]])  # fmt: skip
    world.canonical("int_owners", [{**name, "owner_id": owner, "owner_key": f"{owner}@x", "crm_team": f"team {owner}"}
                                   for name in own for owner in OWNERS])  # fmt: skip
    for table in drawn:
        world.canonical(table, [
            {**row, "connection": name, "deal_key": f"{name}:{row['deal_key']}"}
            for name, tables in told.items() for row in with_stages_of_today(tables)[table]
        ])  # fmt: skip
    return world.build()


RESULTS = {
    "fct_step_results": "step_key, state, is_due, is_ok, gate_at, deadline_at, done_at, is_early, is_alert, reason, "
    "owner_key_at_gate, team_at_gate, moved_by_kind, is_in_rep_rates",
    "fct_stage_visits": "visit_no, stage_key, entered_at, left_at, days, days_in_stage_so_far, is_open",
    "fct_findings": "kind, step_key, stage_key, severity, since, sentence, is_alert, owner_key_at_breach",
    "fct_deal_compliance": "status, due, ok, unknown_steps, rate_low, rate_high, findings, alerts",
    "fct_hygiene": "rule_key, state, since, sentence, reason",
    "fct_responses": "response_key, activation, state, activated_at, deadline_at, answered_at, closed_at, reason",
    "fct_owed_steps": "step_key, has_left_stage, owed_until, entered_at, days_in_stage",
}


def difference(built: Warehouse, mart: str, one: str, other: str, deals: str = "true") -> list[dict[str, Any]]:
    """Rows of one connection that the other hasn't, keys apart."""
    side = f"select deal_id, {RESULTS[mart]} from warehouse.marts.{mart} where connection = '{{}}' and {deals}"
    assert built.values(f"select count(*) from ({side.format(one)})")[0] > 20
    return built.query(f"({side.format(one)}) except all ({side.format(other)})")


@pytest.mark.parametrize("mart", RESULTS)
def test_the_order_of_arrival_means_nothing(built: Warehouse, mart: str) -> None:
    assert difference(built, mart, "a", "b") == []
    assert difference(built, mart, "b", "a") == []


@pytest.mark.parametrize("mart", RESULTS)
def test_a_late_event_changes_only_its_deal(built: Warehouse, mart: str) -> None:
    others = "cast(deal_id as int) % 20 <> 0"
    assert difference(built, mart, "a", "late", others) == []
    assert difference(built, mart, "late", "a", others) == []
    assert difference(built, mart, "late", "a") != []


@pytest.mark.parametrize("mart", RESULTS)
def test_what_came_after_an_earlier_moment_changes_nothing_then(built: Warehouse, mart: str) -> None:
    """Judged as of then, with all that is known today: a deal that was created later is left out."""
    then = f"deal_id in (select deal_id from canonical.int_deals where created_at <= timestamp '{EARLIER}')"
    assert difference(built, mart, "past", "back", then) == []
    assert difference(built, mart, "back", "past", then) == []


def test_visits_neither_overlap_nor_leave_gaps(built: Warehouse) -> None:
    rows = built.query("select * from warehouse.marts.fct_stage_visits order by deal_key, visit_no")
    for before, after in itertools.pairwise(rows):
        if before["deal_key"] != after["deal_key"]:
            assert (before["left_at"], after["visit_no"]) == (None, 1)
            continue
        assert after["visit_no"] == before["visit_no"] + 1
        assert before["left_at"] == after["entered_at"]
        assert before["stage_key"] != after["stage_key"]


def test_time_in_stages_adds_up_to_the_deals_time(built: Warehouse) -> None:
    wrong = built.query("""select deal_key from warehouse.marts.fct_stage_visits group by deal_key
        having abs(sum(days) - (epoch(max(judged_at)) - epoch(min(entered_at))) / 86400) > 1e-6""")  # fmt: skip
    assert wrong == []
    from_creation = built.query("""
        select v.deal_key, sum(v.days) as days, (epoch(max(v.judged_at)) - epoch(max(d.created_at))) / 86400 as expected
        from warehouse.marts.fct_stage_visits as v
        inner join warehouse.marts.fct_deal_compliance as c on v.deal_key = c.deal_key and not c.is_truncated
        inner join canonical.int_deals as d on v.deal_key = d.deal_key group by 1""")  # fmt: skip
    assert len(from_creation) > 500
    assert all(-1e-6 <= row["expected"] - row["days"] <= 60 / 86_400 + 1e-6 for row in from_creation)


def test_the_days_in_a_stage_so_far_are_those_of_its_visits(built: Warehouse) -> None:
    rows = built.query("select * from warehouse.marts.fct_stage_visits order by deal_key, visit_no")
    so_far: dict[tuple[str, str], float] = {}
    for row in rows:
        place = (row["deal_key"], row["stage_key"])
        so_far[place] = so_far.get(place, 0) + (row["days"] if row["is_timed"] else 0)
        assert row["days_in_stage_so_far"] == pytest.approx(so_far[place], abs=1e-9)
    assert len(so_far) < len(rows)


def test_an_open_deal_is_never_accused_for_the_stage_it_stands_in(built: Warehouse) -> None:
    """Unless it came back there: then the first leaving stands."""
    accused = built.query("""
        select r.* from warehouse.marts.fct_step_results as r
        inner join warehouse.marts.fct_deal_compliance as d on r.deal_key = d.deal_key and r.stage_key = d.stage_key
        where r.state in ('missing', 'late') and r.gate_at is null""")  # fmt: skip
    assert accused == []


def test_rates_are_bounded_and_missing_where_nothing_was_due(built: Warehouse) -> None:
    wrong = built.query("""select * from warehouse.marts.fct_deal_compliance
        where (due = 0) <> (rate_low is null) or rate_low > rate_high or rate_low < 0 or rate_high > 1""")  # fmt: skip
    assert wrong == []
