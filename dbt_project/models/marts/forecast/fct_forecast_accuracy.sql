with published as (

    select * from {{ ref('int_forecast_published') }}

),

outcomes as (

    select * from {{ ref('int_forecast_outcomes') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

judged as (

    select
        published.*,
        coalesce(outcomes.actual, cast(0 as decimal(18, 2))) as actual,
        settings.as_of
    from published
    cross join settings
    left join outcomes
        on
            published.deal_type = outcomes.deal_type
            and published.level = outcomes.level
            and published.level_id = outcomes.level_id
            and published.period_grain = outcomes.period_grain
            and published.period_start = outcomes.period_start
    where published.period_end <= settings.as_of_day

),

final as (

    select
        {{ surrogate_key(['night_id', 'deal_type', 'level', 'level_id', 'period_grain', 'period_start']) }}
            as accuracy_id,
        night_id,
        published_as_of,
        published_day,
        {{ day_diff('published_day', 'period_end') }} as days_ahead,
        deal_type,
        level,
        level_id,
        period_grain,
        period_start,
        period_end,
        mode,
        booked_to_date,
        expected_total,
        p10,
        p90,
        actual,
        cast(expected_total - actual as decimal(18, 2)) as error,
        cast(abs(expected_total - actual) as decimal(18, 2)) as abs_error,
        actual >= p10 and actual <= p90 as covered,
        cast(abs(booked_to_date + weighted_amount - actual) as decimal(18, 2)) as weighted_error,
        cast(abs(run_rate - actual) as decimal(18, 2)) as run_rate_error,
        as_of
    from judged

)

select * from final
