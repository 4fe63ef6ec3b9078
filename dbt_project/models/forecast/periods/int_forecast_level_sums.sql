with parts as (

    select * from {{ ref('int_forecast_parts') }}

),

spreads as (

    select * from {{ ref('int_forecast_new_spreads') }}

),

levelled as (

    {{ at_levels('parts') }}

),

sums as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        {% for amount in ['booked_to_date', 'expected_open', 'expected_new', 'past_bookings', 'weighted_pipeline'] -%}
            cast(sum({{ amount }}) as decimal(18, 2)) as {{ amount }},
        {% endfor -%}
        {% for count in ['open_deals', 'overdue_deals', 'deals_without_amount', 'deals_below_zero'] -%}
            cast(sum({{ count }}) as integer) as {{ count }},
        {% endfor -%}
        sum(expected_open_variance) as expected_open_variance,
        coalesce(max(expected_open), cast(0 as decimal(18, 2))) as largest_expected
    from levelled
    group by as_of_at, deal_type, period_grain, period_start, level, level_id

),

final as (

    select
        sums.*,
        coalesce(spreads.expected_new_variance, 0) as expected_new_variance
    from sums
    left join spreads
        on
            sums.as_of_at = spreads.as_of_at
            and sums.deal_type = spreads.deal_type
            and sums.period_grain = spreads.period_grain
            and sums.period_start = spreads.period_start
            and sums.level = spreads.level
            and sums.level_id = spreads.level_id

)

select * from final
