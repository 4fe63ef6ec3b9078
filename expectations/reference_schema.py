"""The reference tables' columns and types, and frames that keep them even when they are empty.

The dbt models read these tables as the source `reference`. What stands in them is worked out in compile.py and
compile_process.py; here are only names and types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

TYPES: Mapping[str, Any] = {
    "text": "string",
    "bigint": "Int64",
    "int": "Int32",
    "double": "float64",
    "boolean": "boolean",
    "timestamp": "datetime64[us]",
    "date": pd.ArrowDtype(pa.date32()),
    "decimal(18,6)": pd.ArrowDtype(pa.decimal128(18, 6)),
    "decimal(18,2)": pd.ArrowDtype(pa.decimal128(18, 2)),
}
"""SQL type -> the pandas type that DuckDB reads as that type, also from a frame without rows."""

COLUMNS: Mapping[str, str] = {
    "settings": "time_zone text, home_currency text, as_of timestamp, judge_from timestamp, flicker_seconds bigint, "
    "backfill_seconds bigint, logging_min_activities bigint, won_at_birth_seconds bigint, "
    "fiscal_year_start_month int, forecast_step_days int, night_id text",
    "connections": "connection text, crm text, state text, judged_at timestamp, watermark bigint, "
    "default_currency text, deal_url_template text, last_good_at timestamp, rows_ours bigint, rows_theirs bigint, "
    "requests bigint, bytes bigint, rows_per_second double, history_differs bigint, notes text, error text",
    "sync_runs": "connection text, crm text, pass_id text, started_at timestamp, ended_at timestamp, state text, "
    "watermark bigint, object text, rows_read bigint, rows_ours bigint, rows_theirs bigint, requests bigint, "
    "bytes bigint, seconds double, covered boolean, since timestamp, swept boolean, found_deleted bigint, "
    "found_missing bigint, history_differs bigint, notes text, error text",
    "coverage": "connection text, object text, covered_from timestamp",
    "absent_fields": "connection text, field text",
    "pipeline_map": "connection text, pipeline_id text, deal_type text",
    "stage_map": "connection text, pipeline_id text, stage_id text, stage_key text",
    "deal_type_map": "connection text, native_value text, deal_type text",
    "field_map": "connection text, field text, native_field text",
    "system_actors": "connection text, actor_id text",
    "process_versions": "version int, valid_from timestamp, valid_to timestamp",
    "process_deal_types": "version int, deal_type text",
    "process_stages": "version int, stage_key text, stage_name text, stage_order int, probability double, "
    "max_days double, is_optional boolean",
    "process_steps": "version int, step_key text, step_name text, stage_key text, stage_order int, why text, "
    "is_mandatory boolean, severity text, grace_seconds bigint, grace_working_days int, deadline_seconds bigint, "
    "backfill_policy text, after_step_key text, must_be_inside boolean, clock text, not_by_step_key text, "
    "sentence_text text, evidence_text text",
    "step_terms": "version int, step_key text, alternative int, term int, kind text, field text, test text, "
    "min_count int, distinct_days int, within_days_before_gate double, changed_after timestamp, stage_key text, "
    "needs_contact boolean",
    "step_term_values": "version int, step_key text, alternative int, term int, variant int, role text, value text",
    "step_conditions": "version int, step_key text, condition int, field text, test text, number double",
    "step_condition_values": "version int, step_key text, condition int, value text",
    "step_modes": "version int, step_key text, team text, mode text",
    "process_responses": "version int, response_key text, response_name text, why text, is_mandatory boolean, "
    "severity text, within_seconds bigint, within_working_days int, sentence_text text, evidence_text text, "
    "trigger_text text",
    "process_hygiene": "version int, rule_key text, rule_name text, why text, severity text, kind text, "
    "number double, sentence_text text",
    "process_hygiene_stages": "version int, rule_key text, stage_key text",
    "waivers": "waiver_id text, deal_key text, step_key text, given_by text, given_at timestamp, reason text, "
    "valid_to timestamp",
    "calendar": "day date, day_start_utc timestamp, day_end_utc timestamp, is_working_day boolean, working_day_no int",
    "fx_rates": "currency text, rate_to_home decimal(18,6), valid_from date",
    "targets": "target_id text, level text, level_id text, deal_type text, period_grain text, period_start date, "
    "amount decimal(18,2)",
    "teams": "email text, team text, manager_email text, region text, valid_from date, valid_to date",
}
"""Table -> its columns with SQL types, in order."""


def columns(table: str) -> dict[str, str]:
    """Column name -> SQL type of a reference table, in order."""
    pairs = (column.partition(" ") for column in COLUMNS[table].split(", "))
    return {name: kind for name, _, kind in pairs}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The rows as a frame of the table's types. A key that is no column, or a missing one, is a mistake of ours."""
    wanted = columns(table)
    kept = list(rows)
    for row in kept:
        if row.keys() != wanted.keys():
            odd = sorted(row.keys() ^ wanted.keys())
            raise ValueError(f"a row of reference.{table} has other columns than the table: {', '.join(odd)}")
    series = {name: pd.Series([_plain(row[name]) for row in kept], dtype=TYPES[kind]) for name, kind in wanted.items()}
    return pd.DataFrame(series)


def _plain(value: Any) -> Any:
    """Moments lose their zone here, and only here: the warehouse keeps naive UTC."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"the moment {value} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
