"""What the audit looks at, as SQL over the night's build file with its marts attached as `warehouse`.

Only queries belong here; what a `false` in them means is said in audit.py.
"""

from __future__ import annotations

from collections.abc import Iterable

STATES = (
    "done", "done_in_grace", "late", "missing", "backfilled",
    "pending", "not_due", "unknown", "not_applicable", "waived",
)  # fmt: skip
DUE_STATES = ("done", "done_in_grace", "late", "missing", "backfilled")
OK_STATES = ("done", "done_in_grace")

GRAINS = {
    "dim_deals": "deal_key",
    "dim_connections": "connection",
    "fct_step_results": "deal_key, step_key",
    "fct_deal_compliance": "deal_key",
    "fct_findings": "finding_id",
    "fct_stage_visits": "deal_key, visit_no",
    "fct_responses": "response_id",
    "fct_hygiene": "hygiene_id",
    "fct_owed_steps": "owed_id",
    "fct_step_evidence": "evidence_id",
    "fct_deal_changes": "change_key",
    "fct_deal_snapshots": "deal_snapshot_id",
    "fct_deal_forecasts": "deal_forecast_id",
    "fct_period_forecasts": "period_forecast_id",
    "dim_waivers": "waiver_id",
}
"""Mart -> its key. dbt tests them too; here they guard what is about to be published, whatever was selected there."""


WATERFALL_IN = (
    "start_amount", "new_amount", "reopened_amount", "taken_over_amount", "pulled_in_amount", "amount_changes",
)  # fmt: skip
WATERFALL_OUT = ("handed_over_amount", "slipped_amount", "won_amount", "lost_amount")
LEVELLED = (
    "booked_to_date", "expected_open", "expected_new", "expected_total", "weighted_pipeline", "run_rate", "open_deals",
)  # fmt: skip
"""What of a forecast is a sum over deals."""


def _plus(columns: Iterable[str]) -> str:
    return " + ".join(columns)


def _sums(columns: Iterable[str]) -> str:
    return ", ".join(f"sum({column}) as {column}" for column in columns)


def _agree(columns: Iterable[str], one: str, other: str) -> str:
    return " and ".join(f"{one}.{column} is not distinct from {other}.{column}" for column in columns)


def _grain(table: str, key: str) -> str:
    present = " and ".join(f"{column} is not null" for column in key.split(", "))
    return f"""
    select '{table}' as table_name, coalesce(count(distinct ({key})) filter ({present}), 0)
        = count(*) filter ({present}) as one_row_per_key, count(*) = count(*) filter ({present}) as no_key_is_empty
    from warehouse.marts.{table}"""


def _per_connection(name: str, measure: str, table: str) -> str:
    return f"left join (select connection, {measure} from {table} group by connection) as {name} using (connection)"


QUERIES: dict[str, str] = {
    "totals": f"""
select connections.connection, coalesce(canonical.deals, 0) as deals_canonical,
    coalesce(canonical.deals, 0) = coalesce(dims.deals, 0) as every_deal_is_in_the_marts,
    coalesce(canonical.deals, 0) = coalesce(compliance.deals, 0) as every_deal_has_compliance,
    coalesce(canonical.amount, 0) = coalesce(dims.amount, 0)
        and coalesce(canonical.amount, 0) = coalesce(compliance.amount, 0) as amounts_agree,
    coalesce(compliance.due, 0) = coalesce(steps.due, 0) and coalesce(compliance.ok, 0) = coalesce(steps.ok, 0)
        as due_steps_agree
from reference.connections
{_per_connection("canonical", "count(*) as deals, sum(amount_home) as amount", "canonical.int_deals")}
{_per_connection("dims", "count(*) as deals, sum(amount_home) as amount", "warehouse.marts.dim_deals")}
{
        _per_connection(
            "compliance",
            "count(*) as deals, sum(amount_home) as amount, sum(due) as due, sum(ok) as ok",
            "warehouse.marts.fct_deal_compliance",
        )
    }
{
        _per_connection(
            "steps",
            "count(*) filter (is_due) as due, count(*) filter (is_ok) as ok",
            "warehouse.marts.fct_step_results",
        )
    }
order by connections.connection""",
    "grains": " union all ".join(_grain(table, key) for table, key in GRAINS.items()),
    "deals": f"""
with wanted as (select count(distinct step_key) as steps from reference.process_steps),
found as (
    select deal_key, count(*) as results, count(distinct step_key) as steps,
        bool_and(coalesce(state in {STATES}, false)) as every_state_is_known,
        bool_and(coalesce(is_due = (is_mandatory and is_due and state in {DUE_STATES})
            and is_ok = (is_due and state in {OK_STATES}), false)) as due_and_ok_agree,
        bool_and(coalesce(judged_at <= as_of, false)) as not_judged_ahead
    from warehouse.marts.fct_step_results group by deal_key
)
select deals.deal_key,
    wanted.steps = 0 or coalesce(found.results = wanted.steps and found.steps = wanted.steps, false)
        as every_step_has_a_result,
    coalesce(found.every_state_is_known, wanted.steps = 0) as every_state_is_known,
    coalesce(found.due_and_ok_agree, wanted.steps = 0) as due_and_ok_agree,
    coalesce(found.not_judged_ahead, wanted.steps = 0) as not_judged_ahead
from canonical.int_deals as deals
cross join wanted
left join found on deals.deal_key = found.deal_key""",
    "rates": """
select deal_key,
    coalesce(rate_low between 0 and 1 and rate_high between 0 and 1 and rate_low <= rate_high, due = 0, false)
        as rates_are_shares,
    coalesce((due = 0) = (rate_low is null) and (due = 0) = (rate_high is null), false) as nothing_due_is_no_rate
from warehouse.marts.fct_deal_compliance""",
    "sums": f"""
with types as (select distinct deal_type from canonical.int_deals),
waterfalls as (
    select deal_type, bool_and({_plus(WATERFALL_IN)} - ({_plus(WATERFALL_OUT)}) = end_amount) as balance
    from warehouse.marts.rpt_pipeline_waterfall group by deal_type
),
levels as (
    select deal_type, period_grain, period_start, level, {_sums(LEVELLED)}
    from warehouse.marts.fct_period_forecasts group by deal_type, period_grain, period_start, level
),
companies as (
    select levels.deal_type, bool_and({_agree(LEVELLED, "levels", "companies")}) as agree
    from levels left join levels as companies on companies.level = 'company'
        and levels.deal_type = companies.deal_type and levels.period_grain = companies.period_grain
        and levels.period_start = companies.period_start
    group by levels.deal_type
),
moves as (
    select deal_type, period_grain, period_start, case purpose when 'now' then 1 else -1 end * (booked_to_date
        + coalesce(expected_open, 0) + case mode when 'none' then 0 else coalesce(expected_new, 0) end) as amount
    from forecast.int_forecast_period_totals
    join forecast.int_forecast_change_periods using (period_grain, period_start) where level = 'company'
    union all
    select deal_type, period_grain, period_start, -amount_home from warehouse.marts.rpt_forecast_changes
),
changes as (
    select deal_type, bool_and(rest = 0) as agree
    from (select deal_type, sum(amount) as rest from moves group by deal_type, period_grain, period_start)
    group by deal_type
),
bookings as (
    select coverage.deal_type, bool_and(coverage.booked = forecasts.booked_to_date) as agree
    from warehouse.marts.rpt_pipeline_coverage as coverage
    join warehouse.marts.fct_period_forecasts as forecasts
        using (deal_type, level, level_id, period_grain, period_start)
    group by coverage.deal_type
)
select types.deal_type, coalesce(waterfalls.balance, true) as waterfalls_balance,
    coalesce(companies.agree, true) as forecast_levels_add_up,
    coalesce(changes.agree, true) as forecast_changes_add_up, coalesce(bookings.agree, true) as bookings_agree
from types
left join waterfalls using (deal_type)
left join companies using (deal_type)
left join changes using (deal_type)
left join bookings using (deal_type)""",
}
"""Frame -> SQL. `as_of`s and states are compared in SQL, so that frames stay a few columns wide."""
