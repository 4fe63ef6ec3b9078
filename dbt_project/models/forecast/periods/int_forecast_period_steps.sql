with periods as (

    select * from {{ ref('int_forecast_periods') }}

),

settings as (

    select
        settings.*,
        settings.step_days * 86400 as step_seconds
    from {{ ref('int_forecast_settings') }} as settings

),

stepped as (

    select
        periods.*,
        {{ unnest_range(var('forecast_ultimate_steps'), 'step_no') }}
    from periods

),

-- in seconds since the moment asked about
timed as (

    select
        stepped.*,
        settings.step_seconds,
        greatest(
            (stepped.step_no - 1) * settings.step_seconds,
            {{ seconds_between('stepped.as_of_at', 'stepped.period_starts_at') }}
        ) as from_second,
        least(
            stepped.step_no * settings.step_seconds,
            {{ seconds_between('stepped.as_of_at', 'stepped.period_ends_at') }}
        ) as to_second
    from stepped
    cross join settings

),

-- a step over the edge of a period belongs to both in proportion
final as (

    select
        as_of_at,
        purpose,
        period_grain,
        period_start,
        cast(step_no as integer) as step_no,
        cast(to_second - from_second as double) / step_seconds as share
    from timed
    where to_second > from_second

)

select * from final
