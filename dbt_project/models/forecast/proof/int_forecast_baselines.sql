{#- The two cheap opponents, from the windows that had closed by then. -#}
{%- set most = var('forecast_windows') -%}
with windows as (

    select * from {{ ref('int_forecast_windows') }}

),

recent as (

    select
        windows.as_of_no,
        windows.horizon_steps,
        windows.deal_type,
        windows.level,
        windows.level_id,
        past.weighted_pipeline,
        past.actual,
        row_number() over (
            partition by windows.as_of_no, windows.horizon_steps, windows.deal_type, windows.level, windows.level_id
            order by past.as_of_no desc
        ) as recency
    from windows
    inner join windows as past
        on
            windows.horizon_steps = past.horizon_steps
            and windows.deal_type = past.deal_type
            and windows.level = past.level
            and windows.level_id = past.level_id
            and windows.as_of_at >= past.window_ends_at
    where past.purpose = 'backtest' and past.is_closed

),

final as (

    select
        as_of_no,
        horizon_steps,
        deal_type,
        level,
        level_id,
        count(*) as closed_windows,
        case when sum(weighted_pipeline) > 0 then sum(actual) / sum(weighted_pipeline) end as bias_ratio,
        avg(weighted_pipeline) as promised,
        avg(actual) as run_rate
    from recent
    where recency <= {{ most }}
    group by as_of_no, horizon_steps, deal_type, level, level_id

)

select * from final
