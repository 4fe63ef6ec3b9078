with settings as (

    select * from {{ ref('int_forecast_settings') }}

),

boundaries as (

    select * from {{ ref('int_forecast_boundaries') }}

),

beginnings as (

    select min(created_at) as first_created_at from {{ ref('int_forecast_deals') }}

),

published as (

    select
        as_of as as_of_at,
        as_of_day,
        'now' as purpose
    from settings
    union all
    select
        {{ add_seconds('as_of', 'cast(-86400 as bigint)') }} as as_of_at,
        {{ local_date(add_seconds('as_of', 'cast(-86400 as bigint)'), 'time_zone') }} as as_of_day,
        'before' as purpose
    from settings

),

-- every fourth week or every third day, and never before there is something to learn from
tried as (

    select
        boundaries.boundary_at as as_of_at,
        boundaries.boundary_day as as_of_day,
        'backtest' as purpose,
        row_number() over (order by boundaries.boundary_at desc) as place
    from boundaries
    cross join settings
    cross join beginnings
    where
        boundaries.boundary_no % (case when settings.step_days = 1 then 3 else 4 end) = 0
        and boundaries.boundary_at < settings.as_of
        and {{ day_diff('boundaries.boundary_day', 'settings.as_of_day') }} < {{ var('forecast_backtest_days') }}
        and {{ seconds_between('beginnings.first_created_at', 'boundaries.boundary_at') }}
        >= {{ var('forecast_min_weeks') }} * 7 * 86400

),

united as (

    select * from published
    union all
    select
        tried.as_of_at,
        tried.as_of_day,
        tried.purpose
    from tried
    left join published on tried.as_of_at = published.as_of_at
    where tried.place <= {{ var('forecast_backtest_as_ofs') }} and published.as_of_at is null

),

final as (

    select
        as_of_at,
        as_of_day,
        purpose,
        cast(row_number() over (order by as_of_at) as integer) as as_of_no
    from united

)

select * from final
