"""A deal with very many events: it is judged like any other, its neighbours as without it, and the night ends.

Comparing all of such a deal's events with each other would take days; that it does not is what the time limit is for.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.dbt.harness import Warehouse
from tests.dbt.relations_deals import MONDAY, told, world_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
EVENTS = 100_000
"""Of each kind, one a minute for ten weeks."""

MINUTES = MONDAY + pd.to_timedelta(range(EVENTS), unit="min")
OWN = {"connection": "acme", "deal_key": "acme:giant", "precision": "exact"}
NEIGHBOURS = "where deal_key <> 'acme:giant' order by all"


def _alternately(first: str, second: str) -> list[str]:
    return [first, second] * (EVENTS // 2)


def _giant() -> dict[str, pd.DataFrame]:
    """An e-mail and its answer by call in turns, a move to and fro after each, and a field saved every time."""
    numbers = [f"g{n:06}" for n in range(EVENTS)]
    moved = MINUTES + timedelta(seconds=30)
    stages = _alternately("late", "early")
    activities = {"activity_id": numbers, "kind": _alternately("email", "call"), "owner_key": "zoe@acme.example",
                  "direction": _alternately("in", "out"), "occurred_at": MINUTES, "recorded_at": MINUTES}  # fmt: skip
    changes = {"change_id": numbers, "stage_id": stages, "stage_key": stages, "entered_at": moved, "source": "history"}
    fields = {"change_id": numbers, "field": "region", "value": _alternately("home", "here"), "changed_at": MINUTES,
              "recorded_at": MINUTES, "source": "history"}  # fmt: skip
    tables = {"int_activities": activities, "int_stage_changes": changes, "int_field_changes": fields}
    return {name: pd.DataFrame(OWN | columns, dtype=object) for name, columns in tables.items()}


def _built(folder: Path, *, with_giant: bool) -> Warehouse:
    folder.mkdir()
    deals = told()
    if with_giant:
        deals.add("giant", [(0.0, "early")], owner_key="zoe@acme.example")
    world = world_of(folder, deals, flicker_seconds=0)
    if with_giant:
        for table, giant in _giant().items():
            world.canonical(table, pd.concat([pd.DataFrame(deals.tables[table], dtype=object), giant]))
    return world.build()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Warehouse]:
    folder = tmp_path_factory.mktemp("giant")
    return _built(folder / "without", with_giant=False), _built(folder / "with", with_giant=True)


def states(built: Warehouse, sql: str) -> dict[Any, Any]:
    return {row["name"]: row["n"] for row in built.query(sql)}


@pytest.mark.parametrize("mart", ["fct_step_results", "fct_responses", "fct_stage_visits", "fct_deal_compliance"])
def test_its_neighbours_are_judged_as_before(nights: tuple[Warehouse, Warehouse], mart: str) -> None:
    without, beside = (built.query(f"select * from warehouse.marts.{mart} {NEIGHBOURS}") for built in nights)
    assert without == beside
    assert len(without) > 10


def test_what_is_found_of_its_neighbours_is_found_as_before(nights: tuple[Warehouse, Warehouse]) -> None:
    sql = f"select deal_key, kind, step_key, since, is_alert, sentence from warehouse.marts.fct_findings {NEIGHBOURS}"
    without, beside = (built.query(sql) for built in nights)
    assert without == beside
    assert without


def test_each_of_its_events_asks_for_its_answer(nights: tuple[Warehouse, Warehouse]) -> None:
    """Each e-mail was answered a minute later; nobody handed over on any of its entries into the late stage."""
    sql = """select response_key || ' ' || state as name, count(*) as n from warehouse.marts.fct_responses
             where deal_key = 'acme:giant' group by all"""
    assert states(nights[1], sql) == {"reply fulfilled": EVENTS // 2, "handover missing": EVENTS // 2}


def test_its_path_is_whole(nights: tuple[Warehouse, Warehouse]) -> None:
    """It began early and moved at each half minute; each way back is told, the first step was never shown."""
    visits = nights[1].values("select count(*) from warehouse.marts.fct_stage_visits where deal_key = 'acme:giant'")
    assert visits == [EVENTS + 1]
    sql = """select kind as name, count(*) as n from warehouse.marts.fct_findings
             where deal_key = 'acme:giant' group by all"""
    found = states(nights[1], sql)
    assert found["moved_backward"] == EVENTS // 2
    assert found["step_missing"] == 1
