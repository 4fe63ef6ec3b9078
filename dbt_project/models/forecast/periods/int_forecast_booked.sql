with periods as (

    select * from {{ ref('int_forecast_periods') }}

),

bookings as (

    select * from {{ ref('int_forecast_bookings') }}

),

levels as (

    {{ forecast_levels() }}

),

-- what of a period was won before the moment asked about and still stood then
final as (

    select
        periods.as_of_at,
        bookings.deal_type,
        periods.period_grain,
        periods.period_start,
        levels.level,
        {{ level_id('levels.level', 'bookings') }} as level_id,
        sum(bookings.amount_home) as booked_to_date
    from periods
    inner join bookings
        on
            periods.period_starts_at <= bookings.won_at
            and periods.as_of_at > bookings.won_at
            and periods.as_of_at <= bookings.until_at
    cross join levels
    group by
        periods.as_of_at, bookings.deal_type, periods.period_grain, periods.period_start, levels.level,
        {{ level_id('levels.level', 'bookings') }}

)

select * from final
