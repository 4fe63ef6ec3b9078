{#- What is open errs together by the common shock; what is yet to come errs as it did before; what is booked stays. -#}
{%- set fewest = var('forecast_min_windows') -%}
{%- set usual = var('forecast_reach') -%}
{%- set most = 'cast(9000000000000000 as double)' -%}
with periods as (

    select * from {{ ref('int_forecast_period_spreads') }}

),

baselines as (

    select * from {{ ref('int_forecast_baselines') }}

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
        periods.weighted_pipeline * coalesce(baselines.bias_ratio, 1) as weighted_pipeline_bias_corrected
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
        case
            when p50 is null then null
            when closed_windows < {{ fewest }} then 'few windows'
            when p90 - p10 > 2 * p50 then 'wide'
        end as interval_flag
    from bounded

)

select * from final
