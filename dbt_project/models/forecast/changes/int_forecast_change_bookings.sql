with bookings as (

    select * from {{ ref('int_forecast_bookings') }}

),

as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}
    where purpose in ('before', 'now')

),

periods as (

    select * from {{ ref('int_forecast_change_periods') }}

),

-- a win counts while nothing undoes it, so one that was undone since the night before counts against tonight
final as (

    select
        bookings.deal_key,
        bookings.deal_type,
        periods.period_grain,
        periods.period_start,
        bookings.owner_key,
        bookings.team,
        cast(
            sum(case when as_ofs.purpose = 'now' then bookings.amount_home else -bookings.amount_home end)
            as decimal(18, 2)
        ) as amount_home
    from bookings
    inner join as_ofs on as_ofs.as_of_at > bookings.won_at and as_ofs.as_of_at <= bookings.until_at
    inner join periods on bookings.won_at >= periods.period_starts_at and bookings.won_at < periods.period_ends_at
    group by
        bookings.deal_key, bookings.deal_type, periods.period_grain, periods.period_start, bookings.owner_key,
        bookings.team

)

select * from final
where amount_home <> 0
