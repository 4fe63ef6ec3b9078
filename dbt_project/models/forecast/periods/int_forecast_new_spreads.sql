with bookings as (

    select * from {{ ref('int_forecast_window_bookings') }}
    where is_new

),

levelled as (

    {{ at_levels('bookings') }}

),

sums as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        window_no,
        max(windows) as windows,
        cast(sum(amount_home) as double) as amount
    from levelled
    group by as_of_at, deal_type, period_grain, period_start, level, level_id, window_no

),

-- a window in which nothing was won counts as one with nothing
final as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        case
            when max(windows) > 1
                then greatest(sum(amount * amount) - sum(amount) * sum(amount) / max(windows), 0) / (max(windows) - 1)
            else 0
        end as expected_new_variance
    from sums
    group by as_of_at, deal_type, period_grain, period_start, level, level_id

)

select * from final
