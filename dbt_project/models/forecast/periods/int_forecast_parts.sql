{#- A deal brings its part of a mean in cents, so that every level of a sum agrees with the others. -#}
{%- set nothing = 'cast(0 as decimal(18, 2))' -%}
{%- set none_of_them = 'cast(0 as integer)' -%}
{%- set measures = {
    'booked_to_date': nothing, 'expected_open': nothing, 'expected_open_variance': 'cast(0 as double)',
    'expected_new': nothing, 'past_bookings': nothing, 'weighted_pipeline': nothing, 'open_deals': none_of_them,
    'overdue_deals': none_of_them, 'deals_without_amount': none_of_them, 'deals_below_zero': none_of_them,
} -%}
{%- set parts = {
    'open': {
        'expected_open': 'expected_amount', 'expected_open_variance': 'variance',
        'weighted_pipeline': 'weighted_amount', 'open_deals': '1',
        'overdue_deals': 'case when is_overdue then 1 else 0 end',
        'deals_without_amount': 'case when amount_home is null then 1 else 0 end',
        'deals_below_zero': 'case when amount_home < 0 then 1 else 0 end',
    },
    'booked': {'booked_to_date': 'amount_home'},
    'past': {'expected_new': 'new_mean', 'past_bookings': 'whole_mean'},
} -%}
with open_deals as (

    select * from {{ ref('int_forecast_deal_periods') }}

),

-- what of a period was won before the moment asked about and still stood then
booked_deals as (

    select
        periods.as_of_at,
        periods.period_grain,
        periods.period_start,
        bookings.*
    from {{ ref('int_forecast_periods') }} as periods
    inner join {{ ref('int_forecast_bookings') }} as bookings
        on
            periods.period_starts_at <= bookings.won_at
            and periods.as_of_at > bookings.won_at
            and periods.as_of_at <= bookings.until_at

),

past_deals as (

    select
        as_of_at,
        period_grain,
        period_start,
        connection,
        pipeline_id,
        deal_key,
        deal_type,
        owner_key,
        team,
        user_segment,
        cast(
            round(cast(sum(case when is_new then amount_home else 0 end) as double) / max(windows), 2) as decimal(18, 2)
        ) as new_mean,
        cast(round(cast(sum(amount_home) as double) / max(windows), 2) as decimal(18, 2)) as whole_mean
    from {{ ref('int_forecast_window_bookings') }}
    group by
        as_of_at, period_grain, period_start, connection, pipeline_id, deal_key, deal_type, owner_key, team,
        user_segment

),

final as (

    {% for part, brought in parts.items() -%}
        select
            {% for measure, absent in measures.items() -%}
                {{ brought.get(measure, absent) }} as {{ measure }},
            {% endfor -%}
            '{{ part }}' as part,
            as_of_at,
            period_grain,
            period_start,
            connection,
            pipeline_id,
            deal_key,
            deal_type,
            owner_key,
            team,
            user_segment
        from {{ part }}_deals
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
