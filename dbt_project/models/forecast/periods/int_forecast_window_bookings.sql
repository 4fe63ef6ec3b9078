with windows as (

    select * from {{ ref('int_forecast_new_windows') }}

),

bookings as (

    select * from {{ ref('int_forecast_bookings') }}

),

-- what was won in a past stretch of time, as far as it stood at the moment asked about
final as (

    select
        windows.as_of_at,
        windows.purpose,
        windows.period_grain,
        windows.period_start,
        windows.window_no,
        windows.windows,
        bookings.deal_key,
        bookings.deal_type,
        bookings.connection,
        bookings.pipeline_id,
        bookings.owner_key,
        bookings.team,
        bookings.user_segment,
        bookings.amount_home,
        windows.window_at <= bookings.created_at as is_new
    from windows
    inner join bookings
        on
            windows.deal_type = bookings.deal_type
            and windows.won_from_at <= bookings.won_at
            and windows.won_to_at > bookings.won_at
            and windows.as_of_at <= bookings.until_at

)

select * from final
