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
from expectations.process import load_process
from tests.dbt.compliance_tables import SOURCES, World, working_calendar
from tests.dbt.harness import Warehouse, at

BEGIN, JUDGED = at("2024-01-08T09:00:00"), at("2024-06-03T06:00:00")
STAGES = ("qualify", "develop", "propose", "close", "won", "lost", "unmapped")
GAPS = (0, 1, 30, 200, 299, 301, 4_000, 90_000, 700_000)


def drawn_rows(rng: random.Random, deals: int) -> dict[str, list[dict[str, Any]]]:
    """Deals with changes that tie, flicker, go back, close and open again, and some work on them."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in ("int_deals", "int_stage_changes", "int_field_changes", "int_activities", "int_deal_contacts")
    }

    def moment() -> datetime:
        return BEGIN + timedelta(seconds=rng.randrange(8_000_000))

    for n in range(deals):
        key = {"deal_key": str(n)}
        created = moment()
        tables["int_deals"].append({**key, "deal_id": str(n), "pipeline_id": "p", "deal_type": "new", "is_judged": True,
                                    "is_deleted": False, "crm": "files", "created_at": created})  # fmt: skip
        entered = created + timedelta(seconds=rng.choice((0, 0, 0, 59, 61)))
        for change in range(rng.randint(0, 8)):
            tables["int_stage_changes"].append({
                **key, "change_id": str(change), "stage_key": rng.choice(STAGES), "entered_at": entered,
                "source": "history", "precision": "second", "actor_kind": "person",
            })  # fmt: skip
            entered += timedelta(seconds=rng.choice(GAPS))
        for k in range(rng.randint(0, 4)):
            tables["int_activities"].append({
                **key, "activity_id": f"{n}-{k}", "kind": rng.choice(("meeting", "call", "email")), "direction": "in",
                "outcome": rng.choice(("completed", None)), "occurred_at": (when := moment()), "recorded_at": when,
                "precision": "exact",
            })  # fmt: skip
        for field in ("amount", "close_date"):
            for k in range(rng.randint(0, 3)):
                value = {"amount": rng.choice(("0", "9", "")), "close_date": str(moment().date())}[field]
                tables["int_field_changes"].append({
                    **key, "change_id": f"{field}{k}", "field": field, "value": value, "changed_at": moment(),
                    "source": "history", "precision": "exact",
                })  # fmt: skip
        for k in range(rng.randint(0, 2)):
            tables["int_deal_contacts"].append(
                {**key, "contact_id": str(k), "added_at": moment(), "precision": "exact"}
            )
    return tables


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same deals in two connections: in `a` as drawn, in `b` with all rows shuffled."""
    rng = random.Random(20241)
    world = World(tmp_path_factory.mktemp("properties"), as_of=JUDGED)
    for table, frame in process_tables(load_process(), ZoneInfo("UTC")).items():
        world.reference(table, frame)
    own = [{"connection": name} for name in ("a", "b")]
    world.reference("connections", [{**name, "crm": "files", "state": "good", "judged_at": JUDGED} for name in own])
    world.reference("coverage", [{**name, "object": kind} for name in own for kind in SOURCES])
    world.reference("calendar", working_calendar(at("2024-01-01"), 366))
    world.reference("stage_map", [{**name, "pipeline_id": "p", "stage_id": key, "stage_key": key}
                                  for name in own for key in STAGES[:-1]])  # fmt: skip
    for table, rows in drawn_rows(rng, 400).items():
        shuffled = rng.sample(rows, len(rows))
        world.canonical(table, [
            {**row, "connection": name, "deal_key": f"{name}:{row['deal_key']}"}
            for name, ordered in (("a", rows), ("b", shuffled)) for row in ordered
        ])  # fmt: skip
    return world.build()


@pytest.mark.parametrize(
    ("mart", "columns"),
    [
        (
            "fct_step_results",
            "step_key, state, is_due, is_ok, gate_at, deadline_at, done_at, is_early, is_alert, reason",
        ),
        ("fct_stage_visits", "visit_no, stage_key, entered_at, left_at, days, is_open"),
        ("fct_findings", "kind, step_key, stage_key, severity, since, sentence, is_alert"),
        ("fct_deal_compliance", "status, due, ok, unknown_steps, rate_low, rate_high, findings, alerts"),
    ],
)
def test_the_order_of_arrival_means_nothing(built: Warehouse, mart: str, columns: str) -> None:
    side = f"select deal_id, {columns} from warehouse.marts.{mart} where connection = '{{}}'"
    assert built.values(f"select count(*) from ({side.format('a')})")[0] > 300
    for one, other in (("a", "b"), ("b", "a")):
        assert built.query(f"({side.format(one)}) except all ({side.format(other)})") == []


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
