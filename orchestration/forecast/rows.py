"""The rows of the published warehouse that a forecast is told from.

Only reading belongs here. A part whose mart an older publication lacks is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

QUERIES: Mapping[str, tuple[str, str]] = {
    "periods": ("fct_period_forecasts", """
        select * from marts.fct_period_forecasts
        where deal_type = $deal_type and period_grain = $grain and level = $level and level_id = $level_id
        order by period_start"""),
    "targets": ("fct_targets", """
        select period_start, target_amount from marts.fct_targets
        where deal_type = $deal_type and period_grain = $grain and level = $level and level_id = $level_id"""),
    "scores": ("rpt_forecast_scorecard", """
        select * from marts.rpt_forecast_scorecard
        where deal_type = $deal_type and level = $level order by horizon_steps, method"""),
    "changes": ("rpt_forecast_changes", """
        select period_start, cause, sum(amount_home) as amount from marts.rpt_forecast_changes
        where deal_type = $deal_type and period_grain = $grain
            and ($level = 'company' or ($level = 'team' and coalesce(team, '') = $level_id)
                or ($level = 'owner' and coalesce(owner_key, '') = $level_id))
        group by period_start, cause, cause_no order by period_start, cause_no"""),
    "kept": ("fct_forecast_accuracy", """
        select count(*) as forecasts, count(covered) as judged, count(*) filter (covered) as covered,
            avg(abs_error) as error, avg(weighted_error) as weighted_error, sum(abs_error) as errors, sum(actual) as won
        from marts.fct_forecast_accuracy
        where deal_type = $deal_type and period_grain = $grain and level = $level and level_id = $level_id"""),
    "calibration": ("rpt_forecast_calibration", """
        select * from marts.rpt_forecast_calibration
        where deal_type = $deal_type and cut = 'chance' order by horizon_steps, chance_from"""),
    "waterfalls": ("rpt_pipeline_waterfall", """
        select period_start, period_end, is_over, sum(start_amount) as start_amount, sum(new_amount) as new_amount,
            sum(reopened_amount) as reopened_amount, sum(taken_over_amount - handed_over_amount) as owners_amount,
            sum(pulled_in_amount) as pulled_in_amount, sum(amount_changes) as amount_changes,
            -sum(slipped_amount) as slipped_amount, -sum(won_amount) as won_amount, -sum(lost_amount) as lost_amount,
            sum(end_amount) as end_amount
        from marts.rpt_pipeline_waterfall
        where deal_type = $deal_type and period_grain = $grain
            and ($level = 'company' or ($level = 'team' and coalesce(team, '') = $level_id)
                or ($level = 'owner' and coalesce(owner_key, '') = $level_id))
        group by period_start, period_end, is_over order by period_start"""),
    "wins": ("dim_deals", """
        select closed_at, amount_home from marts.dim_deals
        where deal_type = $deal_type and is_won and not is_deleted and closed_at is not null
            and ($level = 'company' or ($level = 'owner' and coalesce(owner_key, '') = $level_id))
        order by closed_at"""),
}  # fmt: skip
"""Part -> the mart that it needs, and its query."""

_TABLES = "select table_name from duckdb_tables() where schema_name = 'marts'"
_TYPES = """
    select deal_type from marts.fct_period_forecasts where level = 'company'
    group by deal_type order by deal_type <> 'new', sum(open_deals) desc, deal_type"""
_MEANT = """
    select distinct level, level_id from marts.fct_period_forecasts
    where level in ('team', 'owner') and lower(level_id) = lower($name) order by level"""
_NEAR = """
    select distinct level_id from marts.fct_period_forecasts
    where level in ('team', 'owner') and level_id <> ''
    order by jaro_winkler_similarity(lower(level_id), lower($name)) desc, level_id limit 3"""


@dataclass(slots=True)
class ForecastRows:
    """What the warehouse holds about one forecast."""

    deal_type: str
    level: str
    level_id: str
    parts: dict[str, list[Row]] = field(default_factory=dict)


class NoForecast(LookupError):
    """There is nothing to tell; the text says why and what to do."""


def read_forecasts(path: Path, grain: str, name: str | None, deal_type: str | None) -> list[ForecastRows]:
    """The forecasts of the company, or of the team or owner called `name`: of each deal type, or of the one given.

    Raises NoForecast.
    """
    with duckdb.connect(str(path), read_only=True) as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("set enable_external_access = false")
        there = {row["table_name"] for row in _rows(db, _TABLES)}
        if "fct_period_forecasts" not in there:
            raise NoForecast("The published warehouse has no forecast yet; the next `plumbline sync` makes one")
        types = [row["deal_type"] for row in _rows(db, _TYPES)]
        if deal_type is not None and deal_type not in types:
            raise NoForecast(
                f"There is no forecast of {deal_type!r} deals; there are some of {', '.join(types) or 'none'}"
            )
        level, level_id = ("company", "") if name is None else _meant(db, name)
        found = [ForecastRows(one, level, level_id) for one in types if deal_type in (None, one)]
        for one in found:
            given = {"deal_type": one.deal_type, "level": level, "level_id": level_id, "grain": grain}
            for part, (table, query) in QUERIES.items():
                if table in there:
                    used = {name: value for name, value in given.items() if f"${name}" in query}
                    one.parts[part] = _rows(db, query, **used)
        return [one for one in found if one.parts["periods"] or deal_type is not None]


def _meant(db: duckdb.DuckDBPyConnection, name: str) -> tuple[str, str]:
    meant = _rows(db, _MEANT, name=name.strip())
    if meant:
        return str(meant[-1]["level"]), str(meant[-1]["level_id"])
    near = ", ".join(row["level_id"] for row in _rows(db, _NEAR, name=name))
    raise NoForecast(f"No team or owner is called {name!r}" + (f"; near it are {near}" if near else ""))


def _rows(db: duckdb.DuckDBPyConnection, sql: str, **given: Any) -> list[Row]:
    found = db.execute(sql, given or None)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
