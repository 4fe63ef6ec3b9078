"""Canonical and reference tables for the compliance tests, written straight into a build file.

What a test's deals are, and what must come out of them, is said in the tests; running dbt is harness.py's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.reference_schema import columns
from tests.dbt.harness import Warehouse

Row = Mapping[str, Any]
MODELS = "path:models/compliance path:models/marts/compliance"

CANONICAL: Mapping[str, str] = {
    "int_deals": "connection text, crm text, deal_key text, deal_id text, deal_name text, pipeline_id text, "
    "stage_id text, stage_key text, amount decimal(18,2), currency text, amount_home decimal(18,2), "
    "created_at timestamp, modified_at timestamp, close_date date, closed_at timestamp, owner_id text, "
    "owner_key text, deal_type text, lost_reason text, is_won boolean, is_lost boolean, is_open boolean, "
    "is_deleted boolean, merged_into text, merged_at timestamp, unclear_until timestamp, is_judged boolean, "
    "unjudged_reason text, deal_url text, extracted_at timestamp",
    "int_stage_changes": "connection text, deal_key text, change_id text, pipeline_id text, stage_id text, "
    "stage_key text, entered_at timestamp, recorded_at timestamp, source text, precision text, actor_id text, "
    "actor_kind text",
    "int_field_changes": "connection text, deal_key text, change_id text, field text, value text, "
    "changed_at timestamp, recorded_at timestamp, source text, precision text, actor_id text, actor_kind text",
    "int_activities": "connection text, deal_key text, activity_id text, kind text, outcome text, direction text, "
    "occurred_at timestamp, recorded_at timestamp, owner_id text, owner_key text, contact_count int, precision text, "
    "started_at timestamp, subject text",
    "int_withdrawn_activities": "connection text, deal_key text, activity_id text, kind text, outcome text, "
    "direction text, occurred_at timestamp, recorded_at timestamp, owner_id text, owner_key text, contact_count int, "
    "precision text, started_at timestamp, subject text, withdrawn_at timestamp",
    "int_deal_contacts": "connection text, deal_key text, contact_id text, role text, added_at timestamp, "
    "removed_at timestamp, precision text",
    "int_unread_values": "connection text, deal_key text, field text, value text",
    "int_deal_segments": "deal_key text, segment text",
    "int_documents": "connection text, deal_key text, document_id text, kind text, status text, "
    "occurred_at timestamp, recorded_at timestamp, actor_id text, owner_key text",
    "int_owners": "connection text, owner_key text, owner_id text, user_id text, email text, owner_name text, "
    "team text, crm_team text, region text, manager_email text, is_active boolean",
    "int_people": "owner_key text, email text, owner_name text, team text, region text, team_key text, "
    "manager_key text, is_active boolean, is_known boolean, connections int",
    "int_fx_rates": "currency text, rate_to_home decimal(18,6), valid_from date, valid_to date",
    "int_crm_stages": "connection text, pipeline_id text, pipeline_name text, stage_id text, stage_name text, "
    "display_order int, probability double, is_closed boolean, is_won boolean, stage_key text",
}
"""The canonical tables' columns, as the models above staging promise them."""

SOURCES = ("deals", "stage_changes", "field_changes", "activities", "contacts", "documents")


class World:
    """Deals, their history and a process, in a build file of their own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.warehouse = Warehouse(folder)
        self._known: dict[str, set[str]] = {}
        for table in CANONICAL:
            self.canonical(table, [])
        for table in ("coverage", "stage_map", "process_versions", "process_deal_types", "process_stages",
                      "process_steps", "step_terms", "step_term_values", "step_conditions", "step_condition_values",
                      "step_modes", "process_responses", "process_hygiene", "process_hygiene_stages", "waivers",
                      "targets", "calendar", "connections"):  # fmt: skip
            self.reference(table, [])
        self.reference("settings", [{
            "time_zone": "UTC", "home_currency": "EUR", "as_of": datetime.fromisoformat("2024-08-01T10:00:00"),
            "judge_from": datetime.fromisoformat("2000-01-01"), "flicker_seconds": 300, "backfill_seconds": 86_400,
            "logging_min_activities": 0, "won_at_birth_seconds": 0, "fiscal_year_start_month": 1,
            "night_id": "night-1", **settings,
        }])  # fmt: skip

    def canonical(self, table: str, rows: Iterable[Row]) -> None:
        """Replace a canonical table; columns not given are null."""
        self._replace("canonical", table, CANONICAL[table], rows)

    def reference(self, table: str, rows: Iterable[Row]) -> None:
        """Replace a reference table; columns not given are null."""
        typed = ", ".join(f"{name} {kind}" for name, kind in columns(table).items())
        self._replace("reference", table, typed, rows)

    def build(self, select: str = MODELS) -> Warehouse:
        """Run the compliance models and their marts."""
        self.warehouse.run(select)
        return self.warehouse

    def _replace(self, schema: str, table: str, typed: str, rows: Iterable[Row]) -> None:
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype=object)
        names = {column.split()[0] for column in typed.split(", ")}
        odd = set(frame.columns) - names
        assert not odd, f"{schema}.{table} has no column {sorted(odd)}"
        with self.warehouse._open(read_only=False) as db:
            db.execute(f"create schema if not exists {schema}")
            db.execute(f"create or replace table {schema}.{table} ({typed})")
            if len(frame):
                listed = ", ".join(frame.columns)
                db.execute(f"insert into {schema}.{table} ({listed}) select {listed} from frame")


def working_calendar(first: datetime, days: int) -> list[Row]:
    """Days of a company in UTC that works from Monday to Friday."""
    rows, worked = [], 0
    for n in range(days):
        day = first + timedelta(days=n)
        works = day.weekday() < 5
        worked += works
        rows.append({"day": day.date(), "day_start_utc": day, "day_end_utc": day + timedelta(days=1),
                     "is_working_day": works, "working_day_no": worked})  # fmt: skip
    return rows
