-- a period that ended since then, or came into reach, has nothing to be compared with
with final as (

    select
        period_grain,
        period_start,
        min(period_starts_at) as period_starts_at,
        min(period_ends_at) as period_ends_at
    from {{ ref('int_forecast_periods') }}
    where purpose in ('before', 'now')
    group by period_grain, period_start
    having count(*) = 2

)

select * from final
