with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}
    where purpose <> 'backtest'

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

grained as (

    select distinct
        'month' as period_grain,
        cast(date_trunc('month', day) as date) as period_start
    from calendar
    union all
    select distinct
        'fiscal_quarter' as period_grain,
        {{ fiscal_quarter_start('calendar.day', 'settings.fiscal_year_start_month') }} as period_start
    from calendar
    cross join settings

),

ended as (

    select
        period_grain,
        period_start,
        {{ period_end('period_grain', 'period_start') }} as period_end
    from grained

),

-- periods that are not over and lie within the reach of the chain, for a year
final as (

    select
        as_ofs.as_of_at,
        as_ofs.purpose,
        ended.period_grain,
        ended.period_start,
        ended.period_end,
        first_days.day_start_utc as period_starts_at,
        next_days.day_start_utc as period_ends_at
    from ended
    inner join calendar as first_days on ended.period_start = first_days.day
    inner join calendar as next_days on ended.period_end = next_days.day
    cross join settings
    inner join as_ofs
        on
            next_days.day_start_utc > as_ofs.as_of_at
            and {{ day_diff('as_ofs.as_of_day', 'ended.period_start') }} <= {{ var('forecast_days_ahead') }}
            and {{ seconds_between('as_ofs.as_of_at', 'next_days.day_start_utc') }}
            <= {{ var('forecast_ultimate_steps') }} * settings.step_days * 86400

)

select * from final
