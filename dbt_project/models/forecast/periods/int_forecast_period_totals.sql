with sums as (

    select * from {{ ref('int_forecast_level_sums') }}

),

periods as (

    select * from {{ ref('int_forecast_periods') }}

),

modes as (

    select * from {{ ref('int_forecast_modes') }}

),

windows as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        max(windows) as windows
    from {{ ref('int_forecast_new_windows') }}
    group by as_of_at, deal_type, period_grain, period_start

),

-- where nothing can be learned there is no expectation, and where no window is old enough none of new business
final as (

    select
        sums.as_of_at,
        periods.purpose,
        sums.deal_type,
        sums.level,
        sums.level_id,
        sums.period_grain,
        sums.period_start,
        periods.period_end,
        periods.period_starts_at,
        periods.period_ends_at,
        sums.booked_to_date,
        case when modes.mode <> 'none' then sums.expected_open end as expected_open,
        sums.expected_open_variance,
        case when windows.windows > 0 then sums.expected_new end as expected_new,
        sums.expected_new_variance,
        case when windows.windows > 0 then sums.booked_to_date + sums.past_bookings end as run_rate,
        cast(coalesce(windows.windows, 0) as integer) as new_windows,
        sums.weighted_pipeline,
        sums.open_deals,
        sums.overdue_deals,
        sums.deals_without_amount,
        sums.deals_below_zero,
        sums.largest_expected,
        modes.mode,
        modes.wins_in_history,
        modes.losses
    from sums
    inner join periods
        on
            sums.as_of_at = periods.as_of_at
            and sums.period_grain = periods.period_grain
            and sums.period_start = periods.period_start
    inner join modes on sums.as_of_at = modes.as_of_at and sums.deal_type = modes.deal_type
    left join windows
        on
            sums.as_of_at = windows.as_of_at
            and sums.deal_type = windows.deal_type
            and sums.period_grain = windows.period_grain
            and sums.period_start = windows.period_start

)

select * from final
