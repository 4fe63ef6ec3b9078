"""Drawn deals as tables of a world, written in bulk, and what the models say of them, read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.dbt.compliance_tables import World
from tests.dbt.harness import Warehouse
from tests.reference.days import Days
from tests.reference.drawing import stage_of
from tests.reference.drawing_world import Account
from tests.reference.owners import LINES, TEAMS, team_on
from tests.reference.process import Tables
from tests.reference.rows import Activity, Contact, Deal, Document, FieldChange, StageChange, Waiver

CHILDREN: Mapping[str, tuple[str, type]] = {
    "int_stage_changes": ("stage_changes", StageChange),
    "int_field_changes": ("field_changes", FieldChange),
    "int_activities": ("activities", Activity),
    "int_deal_contacts": ("contacts", Contact),
    "int_documents": ("documents", Document),
}
TIMES = frozenset({"entered_at", "recorded_at", "changed_at", "occurred_at", "added_at", "removed_at", "created_at",
                   "started_at", "unclear_until"})  # fmt: skip


def write(
    world: World,
    tables: Tables,
    deals: Sequence[Deal],
    accounts: Sequence[Account],
    waivers: Sequence[Waiver],
    days: Days,
    pipelines: Mapping[str, Iterable[str]],
) -> None:
    """Process, accounts, calendar and deals into the world's build file."""
    for table, frame in tables.items():
        world.reference(table, frame)
    world.reference("connections", [{"connection": account.name, "crm": "files", "state": "good",
                                     "judged_at": account.judged_at} for account in accounts])  # fmt: skip
    world.reference("coverage", [
        {"connection": account.name, "object": source, "covered_from": since}
        for account in accounts for source, since in account.covered_from.items()
    ])  # fmt: skip
    world.reference("stage_map", [
        {"connection": account.name, "pipeline_id": pipeline, "stage_id": key, "stage_key": key}
        for account in accounts for pipeline, stages in pipelines.items() for key in (*sorted(stages), "won", "lost")
    ])  # fmt: skip
    world.reference("waivers", [{"waiver_id": one.waiver_id, "deal_key": one.deal_key, "step_key": one.step_key,
                                 "given_by": "ann", "given_at": one.given_at, "reason": "as agreed",
                                 "valid_to": one.valid_to} for one in waivers])  # fmt: skip
    world.reference("calendar", _calendar(days))
    world.canonical("int_owners", [
        {"connection": account.name, "owner_id": owner, "owner_key": owner, "email": f"{owner}@x.example",
         "team": team_on(owner, date.max), "crm_team": team}
        for account in accounts for owner, team in TEAMS.items()
    ])  # fmt: skip
    world.reference("teams", [{"email": f"{owner}@x.example", "team": team, "valid_from": begins, "valid_to": ends}
                              for owner, team, begins, ends in LINES])  # fmt: skip
    _insert(world, "int_deal_segments", {
        "deal_key": [deal.deal_key for deal in deals if deal.segment],
        "segment": [deal.segment for deal in deals if deal.segment],
    })  # fmt: skip
    _insert(world, "int_deals", {
        "connection": [deal.connection for deal in deals],
        "crm": ["files"] * len(deals),
        "deal_key": [deal.deal_key for deal in deals],
        "deal_id": [deal.deal_key.split(":")[1] for deal in deals],
        "pipeline_id": [deal.pipeline_id for deal in deals],
        "stage_id": [deal.stage_id for deal in deals],
        "stage_key": [None if deal.stage_id is None else stage_of(deal.stage_id) for deal in deals],
        "amount": [deal.amount for deal in deals],
        "amount_home": [deal.amount for deal in deals],
        "close_date": [deal.close_date for deal in deals],
        "currency": ["EUR"] * len(deals),
        "created_at": [deal.created_at for deal in deals],
        "deal_type": [deal.deal_type for deal in deals],
        "owner_key": [deal.owner_key for deal in deals],
        "is_judged": [deal.unjudged_reason is None for deal in deals],
        "unjudged_reason": [deal.unjudged_reason for deal in deals],
        "is_deleted": [deal.unjudged_reason == "deleted" for deal in deals],
        "unclear_until": [deal.unclear_until for deal in deals],
    })  # fmt: skip
    for table, (attribute, kind) in CHILDREN.items():
        _insert(world, table, _columns(deals, attribute, kind))


def _columns(deals: Iterable[Deal], attribute: str, kind: type) -> dict[str, list[Any]]:
    names = [field.name for field in fields(kind)]
    columns: dict[str, list[Any]] = {name: [] for name in ("connection", "deal_key", *names)}
    for deal in deals:
        for row in getattr(deal, attribute):
            columns["connection"].append(deal.connection)
            columns["deal_key"].append(deal.deal_key)
            for name in names:
                columns[name].append(getattr(row, name))
    if kind is Activity:
        columns["activity_id"] = [
            f"{key} {n}" for key, n in zip(columns["deal_key"], columns["activity_id"], strict=True)
        ]
    return columns


def _insert(world: World, table: str, columns: Mapping[str, list[Any]]) -> None:
    types = {"contact_count": pa.int32(), "is_judged": pa.bool_(), "is_deleted": pa.bool_(), "close_date": pa.date32(),
             **dict.fromkeys(TIMES, pa.timestamp("us"))}  # fmt: skip
    rows = pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()})
    listed = ", ".join(columns)
    with world.warehouse._open(read_only=False) as db:
        db.register("rows", rows)
        db.execute(f"insert into canonical.{table} ({listed}) select {listed} from rows")


def _calendar(days: Days) -> list[dict[str, Any]]:
    rows, worked, day = [], 0, date(2023, 6, 1)
    while day < date(2025, 6, 1):
        works = days.is_working_day(day)
        worked += works
        rows.append({"day": day, "day_start_utc": days.begins(day), "day_end_utc": days.begins(day + timedelta(days=1)),
                     "is_working_day": works, "working_day_no": worked})  # fmt: skip
        day += timedelta(days=1)
    return rows


Visited = list[tuple[str, datetime, datetime | None, float]]


def read_results(built: Warehouse) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Deal -> step -> (version, state, due, ok, gate, done)."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, step_key, process_version, state, is_due, is_ok, gate_at, done_at,
            state_without_waiver from warehouse.marts.fct_step_results""")  # fmt: skip
        for deal, step, *rest in cursor.fetchall():
            found.setdefault(deal, {})[step] = tuple(rest)
    return found


def read_four_eyes(built: Warehouse) -> dict[str, dict[str, str]]:
    """Deal -> step that asks for another doer -> ok, violated or unknown."""
    found: dict[str, dict[str, str]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, step_key, four_eyes from warehouse.marts.fct_step_results
            where four_eyes is not null""")  # fmt: skip
        for deal, step, eyes in cursor.fetchall():
            found.setdefault(deal, {})[step] = eyes
    return found


def read_answers(built: Warehouse) -> dict[str, dict[tuple[str, str, str], tuple[Any, ...]]]:
    """Deal -> duty with the record that set it off -> (version, state, due, ok, set off, deadline, answered)."""
    found: dict[str, dict[tuple[str, str, str], tuple[Any, ...]]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, response_key, set_off_by_kind, set_off_by_id, process_version, state,
            is_due, is_ok, activated_at, deadline_at, answered_at from warehouse.marts.fct_responses""")  # fmt: skip
        for deal, key, kind, record, *rest in cursor.fetchall():
            found.setdefault(deal, {})[key, kind, record.removeprefix(f"{deal} ")] = tuple(rest)
    return found


def read_hygiene(built: Warehouse) -> dict[str, dict[str, str]]:
    """Deal -> rule of open deals -> its state."""
    found: dict[str, dict[str, str]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("select deal_key, rule_key, state from warehouse.marts.fct_hygiene")
        for deal, rule, state in cursor.fetchall():
            found.setdefault(deal, {})[rule] = state
    return found


def read_visits(built: Warehouse) -> dict[str, Visited]:
    """Deal -> its visits (stage, from, to, days)."""
    found: dict[str, Visited] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, stage_key, entered_at, left_at, days
            from warehouse.marts.fct_stage_visits order by deal_key, visit_no""")  # fmt: skip
        for deal, *rest in cursor.fetchall():
            found.setdefault(deal, []).append((rest[0], rest[1], rest[2], rest[3]))
    return found


def read_findings(built: Warehouse) -> dict[str, set[tuple[str, str, datetime]]]:
    """Deal -> its moves, overlong stays and unmapped stages (kind, stage, since)."""
    found: dict[str, set[tuple[str, str, datetime]]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, kind, stage_key, since from warehouse.marts.fct_findings
            where step_key is null""")  # fmt: skip
        for deal, kind, stage, since in cursor.fetchall():
            found.setdefault(deal, set()).add((kind, stage, since))
    return found


def read_steps_told(built: Warehouse) -> dict[str, set[tuple[Any, ...]]]:
    """Deal -> its other findings (kind, step or duty, since, mode, waived, alert, for its owner)."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, kind, step_key,
            case when kind <> 'four_eyes' then since end as since, mode, is_waived, is_alert, is_for_owner
            from warehouse.marts.fct_findings where step_key is not null""")  # fmt: skip
        for deal, kind, *rest in cursor.fetchall():
            found.setdefault(deal, set()).add((kind, *rest))
    return found


def read_deals(built: Warehouse) -> dict[str, tuple[Any, ...]]:
    """Deal -> (status, due, ok, low, high, truncated)."""
    with built._open(read_only=True) as db:
        cursor = db.execute("""select deal_key, status, due, ok, rate_low, rate_high, is_truncated
            from warehouse.marts.fct_deal_compliance""")  # fmt: skip
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def read_rates(built: Warehouse) -> dict[Any, tuple[Any, ...]]:
    """Cell (cut, value, deal type, month) -> (due, ok, late, missing, backfilled, unknown, waived, low, high)."""
    with built._open(read_only=True) as db:
        cursor = db.execute("""select cut, value, deal_type, gate_month, due, ok, late, missing, backfilled, unknown,
            waived, rate_low, rate_high from warehouse.marts.rpt_adherence""")  # fmt: skip
        return {row[:4]: tuple(row[4:]) for row in cursor.fetchall()}
