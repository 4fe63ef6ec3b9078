{#- How many standard deviations an interval has to reach so that it would have held 4 of 5 closed windows. Each is
    measured with the deviation it was published with, so that no window is judged by what came after it. -#}
{%- set fewest = var('forecast_min_windows') -%}
{%- set least_reach = var('forecast_reach') -%}
with spreads as (

    select * from {{ ref('int_forecast_spreads') }}

),

kinds as (

    select distinct
        as_of_no,
        as_of_at,
        horizon_steps,
        deal_type,
        level
    from spreads

),

past as (

    select
        spreads.*,
        abs(actual - chain) / sd as miss
    from spreads
    where purpose = 'backtest' and is_closed and chain > 0 and sd > 0

),

misses as (

    select
        kinds.as_of_no,
        kinds.horizon_steps,
        kinds.deal_type,
        kinds.level,
        past.miss,
        row_number() over (
            partition by kinds.as_of_no, kinds.horizon_steps, kinds.deal_type, kinds.level order by past.miss
        ) as place,
        count(past.miss) over (
            partition by kinds.as_of_no, kinds.horizon_steps, kinds.deal_type, kinds.level
        ) as closed_windows
    from kinds
    left join past
        on
            kinds.horizon_steps = past.horizon_steps
            and kinds.deal_type = past.deal_type
            and kinds.level = past.level
            and kinds.as_of_at >= past.window_ends_at

),

final as (

    select
        as_of_no,
        horizon_steps,
        deal_type,
        level,
        closed_windows,
        case
            when closed_windows >= {{ fewest }} then greatest(miss, cast({{ least_reach }} as double))
            else cast({{ least_reach }} as double)
        end as reach
    from misses
    where place = greatest(1, least(closed_windows, ceil(4 * (closed_windows + 1) / cast(5 as double))))

)

select * from final
