"""A published warehouse with a forecast in it, by hand: a company with history, and a deal type that has none."""

from __future__ import annotations

from pathlib import Path

import duckdb

PERIODS = """
create table marts.fct_period_forecasts as
select
    deal_type, 'fiscal_quarter' as period_grain, cast(starts as date) as period_start, cast(ends as date) as period_end,
    level, level_id, booked_to_date, expected_open, expected_new, booked_to_date + expected_open + expected_new
        as expected_total, p10, p90, weighted_pipeline, weighted_pipeline_bias_corrected, run_rate, open_deals,
    wins_in_history, mode, quality_flag, timestamp '2026-05-12 04:00:00' as as_of
from (values
    ('new', '2026-01-01', '2026-04-01', 'company', '', 80.0, 0.0, 0.0, 80.0, 80.0, 0.0, 0.0, 75.0, 0, 212,
        'stage_chain', null),
    ('new', '2026-04-01', '2026-07-01', 'company', '', 52000.0, 31000.5, 9000.0, 71000.25, 118000.75, 88000.0,
        61000.0, 79000.0, 41, 212, 'stage_chain', 'amounts_missing wide'),
    ('new', '2026-07-01', '2026-10-01', 'company', '', 0.0, 22000.0, 61000.0, 40000.0, 120000.0, 64000.0, 45000.0,
        79000.0, 41, 212, 'stage_chain', null),
    ('new', '2026-04-01', '2026-07-01', 'team', 'Alps', 12000.0, 1000.0, 0.0, 12500.0, 14000.0, 2000.0, null, null, 3,
        212, 'stage_chain', null),
    ('renewal', '2026-04-01', '2026-07-01', 'company', '', 700.0, null, null, null, null, 5000.0, null, null, 4, 11,
        'none', 'few_wins')
) as told (
    deal_type, starts, ends, level, level_id, booked_to_date, expected_open, expected_new, p10, p90, weighted_pipeline,
    weighted_pipeline_bias_corrected, run_rate, open_deals, wins_in_history, mode, quality_flag
)"""

SCORES = """
create table marts.rpt_forecast_scorecard as
select 'new' as deal_type, 'company' as level, horizon_steps, 7 * horizon_steps as horizon_days, method,
    20 as n_windows, 12 as n_independent_windows,
    wape, case when method = 'chain' then 0.85 end as coverage80, least_wrong, verdict, sentence
from (values
    (4, 'chain', 0.31, 'run_rate', 'worse', 'Over 20 windows the run-rate missed less.'),
    (4, 'weighted_pipeline', 0.90, 'run_rate', null, null),
    (4, 'bias_corrected', 0.40, 'run_rate', null, null),
    (4, 'run_rate', 0.25, 'run_rate', null, null),
    (13, 'chain', 0.18, 'chain', 'better', 'Over 20 windows it missed less than each baseline.'),
    (13, 'run_rate', null, 'chain', null, null)
) as told (horizon_steps, method, wape, least_wrong, verdict, sentence)"""

OTHERS = (
    """
create table marts.fct_targets as
select 'new' as deal_type, 'fiscal_quarter' as period_grain, 'company' as level, '' as level_id,
    date '2026-04-01' as period_start, cast(100000 as decimal(18, 2)) as target_amount""",
    """
create table marts.rpt_forecast_changes as
select 'new' as deal_type, 'fiscal_quarter' as period_grain, date '2026-04-01' as period_start, cause, cause_no,
    'Alps' as team, 'ann@x.org' as owner_key, cast(amount as decimal(18, 2)) as amount_home
from (values ('won', 1, 1200.25), ('lost', 2, -300.0), ('ageing', 5, -100.0), ('model', 9, 0.0))
    as told (cause, cause_no, amount)""",
    """
create table marts.fct_forecast_accuracy as
select 'new' as deal_type, 'fiscal_quarter' as period_grain, 'company' as level, '' as level_id, covered,
    cast(abs_error as decimal(18, 2)) as abs_error, cast(weighted_error as decimal(18, 2)) as weighted_error,
    cast(100 as decimal(18, 2)) as actual
from (values (true, 10, 40), (true, 30, 60), (false, 20, 50), (null, 20, 50))
    as told (covered, abs_error, weighted_error)""",
    """
create table marts.rpt_forecast_calibration as
select 'new' as deal_type, 'chance' as cut, 13 as horizon_steps, 91 as horizon_days, chance_from, n, n / 4 as deals,
    predicted_p, observed_p, greatest(observed_p - 0.1, 0) as wilson_lo, observed_p + 0.1 as wilson_hi,
    abs(predicted_p - observed_p) > 0.1 as prediction_is_off
from (values (0.0, 800, 0.04, 0.05), (0.2, 400, 0.25, 0.22), (0.5, 200, 0.55, 0.71), (0.8, 60, 0.86, 0.9))
    as told (chance_from, n, predicted_p, observed_p)""",
    """
create table marts.rpt_pipeline_waterfall as
select 'new' as deal_type, 'fiscal_quarter' as period_grain, date '2026-04-01' as period_start,
    date '2026-07-01' as period_end, false as is_over, 'Alps' as team, 'ann@x.org' as owner_key,
    90000.0 as start_amount, 30000.0 as new_amount, 500.0 as reopened_amount, 0.0 as taken_over_amount,
    0.0 as handed_over_amount, 12000.0 as pulled_in_amount, -4000.0 as amount_changes, 21000.0 as slipped_amount,
    52000.0 as won_amount, 14000.0 as lost_amount, 41500.0 as end_amount""",
    """
create table marts.dim_deals as
select 'new' as deal_type, true as is_won, false as is_deleted, 'ann@x.org' as owner_key,
    timestamp '2026-04-03 22:30:00' + to_days(n * 6) as closed_at, cast(8000 + n * 300 as decimal(18, 2)) as amount_home
from range(6) as numbers (n)""",
)


def build(path: Path, *, without: tuple[str, ...] = ()) -> Path:
    """The warehouse file; `without` leaves tables out, as an older Plumbline does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for statement in (PERIODS, SCORES, *OTHERS):
            if not any(f"marts.{name}" in statement for name in without):
                connection.execute(statement)
    return path
