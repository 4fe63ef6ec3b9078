{#- What is open errs together by the common shock; what is yet to come errs as it did before; what is booked is booked. -#}
{%- set fewest = var('forecast_min_windows', 8) -%}
with periods as (

    select * from {{ ref('int_forecast_period_spreads') }}

),

shocks as (

    select * from {{ ref('int_forecast_shocks') }}

),

reaches as (

    select * from {{ ref('int_forecast_reaches') }}

),

baselines as (

    select * from {{ ref('int_forecast_baselines') }}

),

spread as (

    select
        periods.*,
        periods.booked_to_date + periods.expected_open + periods.expected_new as p50,
        sqrt(
            greatest(periods.expected_open_variance, 0)
            + coalesce(shocks.tau_squared, 0) * periods.expected_open * periods.expected_open
            + coalesce(periods.expected_new_variance, 0)
        ) as sd,
        reaches.reach,
        coalesce(reaches.closed_windows, 0) as closed_windows,
        periods.weighted_pipeline * coalesce(baselines.bias_ratio, 1) as weighted_pipeline_bias_corrected,
        periods.booked_to_date + baselines.run_rate * periods.horizons_ahead + periods.expected_new as run_rate
    from periods
    left join shocks
        on
            periods.as_of_no = shocks.as_of_no
            and periods.horizon_steps = shocks.horizon_steps
            and periods.deal_type = shocks.deal_type
            and periods.level = shocks.level
    left join reaches
        on
            periods.as_of_no = reaches.as_of_no
            and periods.horizon_steps = reaches.horizon_steps
            and periods.deal_type = reaches.deal_type
            and periods.level = reaches.level
    left join baselines
        on
            periods.as_of_no = baselines.as_of_no
            and periods.horizon_steps = baselines.horizon_steps
            and periods.deal_type = baselines.deal_type
            and periods.level = baselines.level
            and periods.level_id = baselines.level_id

),

bounded as (

    select
        spread.*,
        greatest(booked_to_date, p50 - sd * coalesce(reach, {{ var('forecast_reach', 1.2816) }})) as p10,
        greatest(booked_to_date, p50 + sd * coalesce(reach, {{ var('forecast_reach', 1.2816) }})) as p90
    from spread

),

final as (

    select
        deal_type,
        level,
        level_id,
        period_grain,
        period_start,
        sd,
        p10,
        p50,
        p90,
        weighted_pipeline_bias_corrected,
        run_rate,
        case
            when closed_windows < {{ fewest }} then 'few windows'
            when p90 - p10 > 2 * p50 then 'wide'
        end as interval_flag
    from bounded

)

select * from final
