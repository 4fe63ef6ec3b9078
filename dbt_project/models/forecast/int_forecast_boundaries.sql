with calendar as (

    select * from {{ source('reference', 'calendar') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

numbered as (

    select
        calendar.day,
        calendar.day_start_utc,
        {{ day_diff("cast('1970-01-05' as date)", 'calendar.day') }} as day_no,
        settings.step_days,
        settings.as_of
    from calendar
    cross join settings

),

-- counted from one Monday for ever, so that the looks at a deal's past never move from night to night
final as (

    select
        cast(floor(cast(day_no as double) / step_days) as integer) as boundary_no,
        day_start_utc as boundary_at,
        day as boundary_day
    from numbered
    where day_no % step_days = 0 and day_start_utc <= as_of

)

select * from final
