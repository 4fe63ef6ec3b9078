"""The waterfall balances to the cent, whatever happens to the deals; start and end are what a plain replay gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from expectations.compile_process import process_tables
from expectations.process import load_process
from tests.dbt.compliance_tables import Row, World, working_calendar
from tests.dbt.harness import Warehouse, at

PATHS = (
    "int_stage_positions int_stage_places int_process_periods "
    "int_dated_changes int_tied_moments int_returned_moments int_lasting_changes int_stage_runs "
    "int_mended_runs int_visits int_judged_deals int_stage_probabilities int_pipeline_deals "
    "int_pipeline_lives int_pipeline_values int_pipeline_states int_pipeline_turns int_pipeline_standing "
    "fct_pipeline_movements rpt_pipeline_waterfall"
)
NOW = at("2024-08-01T10:00:00")
BEGINNING = at("2023-11-01T09:00:00")
STAGES = sorted(load_process().stage_keys())
ENDS = {"won", "lost"}
SIGNS = {
    "start_amount": 1, "new_amount": 1, "reopened_amount": 1, "taken_over_amount": 1, "pulled_in_amount": 1,
    "amount_changes": 1, "handed_over_amount": -1, "slipped_amount": -1, "won_amount": -1, "lost_amount": -1,
}  # fmt: skip
Event = tuple[datetime, str, str | None]


def life(random: Random) -> list[Event]:
    """What happens to a deal, each at a time of its own: stages, amounts, close dates and owners, in any order."""
    moment = BEGINNING + timedelta(minutes=random.randrange(60 * 24 * 250))
    events: list[Event] = [(moment, "stage", random.choice([*STAGES, *ENDS]) if random.random() < 0.2 else STAGES[0])]
    for _ in range(random.randrange(9)):
        moment += timedelta(minutes=random.choice([7, 200, 3000, 30_000]), seconds=random.randrange(1, 60))
        field = random.choice(["stage", "stage", "amount", "close_date", "owner"])
        events.append((moment, field, value_of(field, moment, random)))
    return events


def value_of(field: str, moment: datetime, random: Random) -> str | None:
    if field == "stage":
        return random.choice([*STAGES, "won", "lost"])
    if random.random() < 0.1:
        return None
    if field == "amount":
        return f"{random.randrange(-5_000, 100_000) / 100:.2f}"
    if field == "close_date":
        return str((moment + timedelta(days=random.randrange(-40, 120))).date())
    return random.choice("123")


def told(lives: list[list[Event]]) -> dict[str, list[dict[str, Any]]]:
    """The canonical rows of these deals, with the present that their histories end in."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for n, events in enumerate(lives):
        key = f"acme:{n}"
        past = [event for event in events if event[0] <= NOW]
        now: dict[str, str | None] = {}
        for number, (moment, field, value) in enumerate(past):
            now[field] = value
            row = {
                "connection": "acme", "deal_key": key, "change_id": f"{number:03d}", "source": "history",
                "precision": "exact", "actor_kind": "person",
            }  # fmt: skip
            if field == "stage":
                tables["int_stage_changes"].append(
                    {**row, "pipeline_id": "p", "stage_id": value, "stage_key": value, "entered_at": moment}
                )
            else:
                tables["int_field_changes"].append({**row, "field": field, "value": value, "changed_at": moment})
        if not past:
            continue
        stage = now["stage"]
        tables["int_deals"].append({
            "connection": "acme", "crm": "files", "deal_key": key, "deal_id": str(n), "deal_type": "new",
            "pipeline_id": "p", "stage_id": stage, "stage_key": stage, "currency": "EUR",
            "amount": now.get("amount"), "amount_home": now.get("amount"), "close_date": now.get("close_date"),
            "owner_id": now.get("owner"), "created_at": past[0][0], "is_won": stage == "won",
            "is_lost": stage == "lost", "is_open": stage not in ENDS, "is_deleted": False, "is_judged": True,
        })  # fmt: skip
    return tables


def world(
    folder: Path, lives: list[list[Event]], paths: str = PATHS, targets: Sequence[Row] = (), first_month: int = 2
) -> Warehouse:
    made = World(folder, as_of=NOW, flicker_seconds=0, fiscal_year_start_month=first_month)
    for table, frame in process_tables(load_process(), ZoneInfo("UTC")).items():
        made.reference(table, frame)
    made.reference("connections", [{"connection": "acme", "crm": "files", "state": "good", "judged_at": NOW}])
    made.reference("targets", targets)
    made.reference("calendar", working_calendar(at("2023-01-01"), 800))
    owners = [{"connection": "acme", "owner_id": n, "owner_key": f"o{n}", "team": "ab"[int(n) % 2]} for n in "123"]
    made.canonical("int_owners", owners)
    made.canonical("int_fx_rates", [{"currency": "EUR", "rate_to_home": 1, "valid_from": date(1900, 1, 1)}])
    for table, rows in told(lives).items():
        made.canonical(table, rows)
    return made.build(paths)


def standing(lives: list[list[Event]], day: date) -> dict[tuple[date, str | None], Decimal]:
    """Open amounts by month of the close date and owner as the day ended, by replaying every deal."""
    sums: dict[tuple[date, str | None], Decimal] = defaultdict(Decimal)
    until = min(datetime.combine(day + timedelta(days=1), datetime.min.time()), NOW)
    for events in lives:
        state = {field: value for moment, field, value in events if moment < until}
        if state.get("stage") in {None, *ENDS} or state.get("close_date") is None:
            continue
        owner = state.get("owner")
        month = date.fromisoformat(str(state["close_date"])).replace(day=1)
        sums[month, f"o{owner}" if owner else None] += Decimal(state.get("amount") or 0)
    return {key: amount for key, amount in sums.items() if amount}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_the_waterfall_balances_and_its_ends_are_where_the_deals_stood(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    lives = [life(random) for _ in range(400)]
    home = world(tmp_path, lives)
    rows = home.query("select * from warehouse.marts.rpt_pipeline_waterfall")
    assert len(rows) > 40
    for row in rows:
        assert sum(sign * row[name] for name, sign in SIGNS.items()) == row["end_amount"], row
    for month in sorted({row["period_start"] for row in rows if row["period_grain"] == "month"}):
        following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        for column, day in (("start_amount", month - timedelta(days=1)), ("end_amount", following - timedelta(days=1))):
            ours = {
                (month, row["owner_key"]): row[column]
                for row in rows
                if row["period_grain"] == "month" and row["period_start"] == month and row[column]
            }
            wanted = {key: amount for key, amount in standing(lives, day).items() if key[0] == month}
            assert ours == wanted, (month, column)
    owners = home.query(
        "select sum(taken_over_amount - handed_over_amount) as net from warehouse.marts.rpt_pipeline_waterfall"
    )
    assert owners == [{"net": 0}]


@pytest.mark.slow
def test_what_was_won_in_a_month_is_what_the_deals_say(tmp_path: Path) -> None:
    random = Random(7)
    lives = [life(random) for _ in range(300)]
    home = world(tmp_path, lives)
    won: dict[date, Decimal] = defaultdict(Decimal)
    for events in lives:
        by_day: dict[date, dict[str, str | None]] = {}
        state: dict[str, str | None] = {}
        for moment, field, value in events:
            if moment <= NOW:
                state = {**state, field: value}
                by_day[moment.date()] = state
        before: str | None = None
        for day, ended in sorted(by_day.items()):
            if ended["stage"] == "won" and before != "won":
                won[day.replace(day=1)] += Decimal(ended.get("amount") or 0)
            before = ended["stage"]
    ours = home.query("""
        select period_start, sum(won_amount) as won from warehouse.marts.rpt_pipeline_waterfall
        where period_grain = 'month' group by 1""")
    assert {row["period_start"]: row["won"] for row in ours if row["won"]} == {m: a for m, a in won.items() if a}
