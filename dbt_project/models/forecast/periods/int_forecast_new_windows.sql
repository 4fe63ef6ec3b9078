with periods as (

    select * from {{ ref('int_forecast_periods') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

beginnings as (

    select
        deal_type,
        min(created_at) as first_created_at
    from {{ ref('int_forecast_deals') }}
    group by deal_type

),

shifted as (

    select
        periods.*,
        {{ unnest_range(var('forecast_windows'), 'window_no') }}
    from periods

),

-- as long a time as from the moment asked about to the period's end, ending at that moment and step by step earlier
timed as (

    select
        shifted.*,
        {{ seconds_between('shifted.as_of_at', 'shifted.period_ends_at') }}
        + (shifted.window_no - 1) * settings.step_days * 86400 as seconds_back
    from shifted
    cross join settings

),

windows as (

    select
        timed.*,
        {{ add_seconds('timed.as_of_at', '-timed.seconds_back') }} as window_at,
        {{ add_seconds('greatest(timed.period_starts_at, timed.as_of_at)', '-timed.seconds_back') }} as won_from_at,
        {{ add_seconds('timed.period_ends_at', '-timed.seconds_back') }} as won_to_at
    from timed

),

final as (

    select
        windows.as_of_at,
        windows.purpose,
        windows.period_grain,
        windows.period_start,
        beginnings.deal_type,
        cast(windows.window_no as integer) as window_no,
        windows.window_at,
        windows.won_from_at,
        windows.won_to_at,
        count(*) over (
            partition by windows.as_of_at, windows.period_grain, windows.period_start, beginnings.deal_type
        ) as windows
    from windows
    inner join beginnings on windows.window_at >= beginnings.first_created_at

)

select * from final
