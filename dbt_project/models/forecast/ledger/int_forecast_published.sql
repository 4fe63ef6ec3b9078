{# What was said of a period on the last night of each day, while the period lasted or lay ahead. #}
with settings as (

    select * from {{ ref('int_forecast_settings') }}

),

days as (

    select
        published.*,
        {{ local_date('published.as_of', 'settings.time_zone') }} as as_of_day
    from {{ source('ledger', 'forecasts') }} as published
    cross join settings
    where published.method = 'plumbline' and published.expected_total is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_day, deal_type, level, level_id, period_grain, period_start
            order by as_of desc, ledger_night_id desc
        ) as place
    from days

),

final as (

    select
        ledger_night_id as night_id,
        as_of as published_as_of,
        as_of_day as published_day,
        deal_type,
        level,
        level_id,
        period_grain,
        period_start,
        {{ period_end('period_grain', 'period_start') }} as period_end,
        booked_to_date,
        expected_total,
        p10,
        p90,
        weighted_amount,
        run_rate,
        mode
    from ranked
    where place = 1

)

select * from final
