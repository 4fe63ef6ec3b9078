{# What became of the periods that earlier nights spoke of, as far as they are over. #}
with settings as (

    select * from {{ ref('int_forecast_settings') }}

),

periods as (

    select distinct
        published.period_grain,
        published.period_start,
        published.period_end
    from {{ ref('int_forecast_published') }} as published
    cross join settings
    where published.period_end <= settings.as_of_day

),

won as (

    select bookings.*
    from {{ ref('int_forecast_bookings') }} as bookings
    cross join settings
    where settings.as_of > bookings.won_at and settings.as_of <= bookings.until_at

),

placed as (

    {% for level, id in [
        ('company', "''"), ('team', "coalesce(team, '')"), ('owner', "coalesce(owner_key, '')"),
        ('segment', "coalesce(user_segment, '')"), ('pipeline', "connection || ':' || pipeline_id"),
    ] %}
        select
            deal_type,
            '{{ level }}' as level,
            {{ id }} as level_id,
            won_day,
            amount_home
        from won

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

final as (

    select
        placed.deal_type,
        placed.level,
        placed.level_id,
        periods.period_grain,
        periods.period_start,
        cast(sum(coalesce(placed.amount_home, 0)) as decimal(18, 2)) as actual
    from placed
    inner join periods on placed.won_day >= periods.period_start and placed.won_day < periods.period_end
    group by placed.deal_type, placed.level, placed.level_id, periods.period_grain, periods.period_start

)

select * from final
