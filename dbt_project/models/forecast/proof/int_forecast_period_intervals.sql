{#- What is open errs together by the common shock; what is yet to come errs as it did before; what is booked stays. -#}
{%- set fewest = var('forecast_min_windows') -%}
{%- set usual = var('forecast_reach') -%}
{%- set most = 'cast(9000000000000000 as double)' -%}
with periods as (

    select * from {{ ref('int_forecast_period_spreads') }}

),

-- a period's segment is the company's own, of all bands of the amount
baselines as (

    select
        *,
        case
            when level = 'segment' then substr(level_id, 1, greatest(length(level_id) - 2, 0)) else level_id
        end as told_id
    from {{ ref('int_forecast_baselines') }}

),

rates as (

    select
        as_of_no,
        horizon_steps,
        deal_type,
        level,
        told_id,
        case when sum(promised) > 0 then sum(run_rate) / sum(promised) end as bias_ratio,
        sum(run_rate) as run_rate
    from baselines
    group by as_of_no, horizon_steps, deal_type, level, told_id

),

spread as (

    select
        periods.*,
        periods.booked_to_date + periods.expected_open + coalesce(periods.expected_new, 0) as p50,
        sqrt(
            greatest(periods.expected_open_variance, 0)
            + coalesce(shocks.tau_squared, 0) * periods.expected_open * periods.expected_open
            + coalesce(periods.expected_new_variance, 0)
        ) as sd,
        reaches.reach,
        coalesce(reaches.closed_windows, 0) as closed_windows,
        periods.weighted_pipeline * coalesce(rates.bias_ratio, 1) as weighted_pipeline_bias_corrected,
        -- what is open now is used up by the time a later period begins: its rate says nothing of that one
        case
            when periods.period_starts_at <= periods.as_of_at
                then
                    periods.booked_to_date + rates.run_rate * periods.horizons_ahead
                    + coalesce(periods.expected_new, 0)
        end as run_rate
    from periods
    left join {{ ref('int_forecast_shocks') }} as shocks
        on
            periods.as_of_no = shocks.as_of_no
            and periods.horizon_steps = shocks.horizon_steps
            and periods.deal_type = shocks.deal_type
            and periods.level = shocks.level
    left join {{ ref('int_forecast_reaches') }} as reaches
        on
            periods.as_of_no = reaches.as_of_no
            and periods.horizon_steps = reaches.horizon_steps
            and periods.deal_type = reaches.deal_type
            and periods.level = reaches.level
    left join rates
        on
            periods.as_of_no = rates.as_of_no
            and periods.horizon_steps = rates.horizon_steps
            and periods.deal_type = rates.deal_type
            and periods.level = rates.level
            and periods.level_id = rates.told_id

),

bounded as (

    select
        spread.*,
        case when p50 is not null then greatest(booked_to_date, p50 - sd * coalesce(reach, {{ usual }})) end as p10,
        case when p50 is not null then greatest(booked_to_date, p50 + sd * coalesce(reach, {{ usual }})) end as p90
    from spread

),

-- a ratio of next to nothing may take a figure beyond what an amount can hold
final as (

    select
        deal_type,
        level,
        level_id,
        period_grain,
        period_start,
        case when p50 is not null then least(sd, {{ most }}) end as sd,
        case when p10 is not null then least(p10, {{ most }}) end as p10,
        p50,
        case when p90 is not null then least(p90, {{ most }}) end as p90,
        least(weighted_pipeline_bias_corrected, {{ most }}) as weighted_pipeline_bias_corrected,
        case when run_rate is not null then least(run_rate, {{ most }}) end as run_rate,
        case
            when p50 is null then null
            when closed_windows < {{ fewest }} then 'few windows'
            when p90 - p10 > 2 * p50 then 'wide'
        end as interval_flag
    from bounded

)

select * from final
