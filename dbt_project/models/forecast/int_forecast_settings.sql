with settings as (

    select * from {{ source('reference', 'settings') }}

),

ranked as (

    select
        wins.cycle_days,
        row_number() over (order by wins.cycle_days) as place,
        count(*) over () as wins
    from {{ ref('int_forecast_wins') }} as wins
    inner join settings on wins.won_at < settings.as_of
    where not wins.is_backfilled

),

cycles as (

    select max(cycle_days) as median_days
    from ranked
    where place * 2 in (wins, wins + 1)

),

-- looks a week apart blur a pipeline whose deals are won within weeks
final as (

    select
        settings.as_of,
        {{ local_date('settings.as_of', 'settings.time_zone') }} as as_of_day,
        cast(
            coalesce(
                settings.forecast_step_days,
                case when cycles.median_days < {{ var('forecast_short_cycle_days') }} then 1 else 7 end
            ) as integer
        ) as step_days,
        settings.time_zone,
        settings.home_currency,
        settings.fiscal_year_start_month,
        settings.night_id
    from settings
    cross join cycles

)

select * from final
