with open_levels as (

    select * from {{ ref('int_forecast_open_levels') }}

),

booked as (

    select * from {{ ref('int_forecast_booked') }}

),

new_levels as (

    select * from {{ ref('int_forecast_new_levels') }}

),

groups as (

    select as_of_at, deal_type, period_grain, period_start, level, level_id from open_levels
    union
    select as_of_at, deal_type, period_grain, period_start, level, level_id from booked
    union
    select as_of_at, deal_type, period_grain, period_start, level, level_id from new_levels

),

final as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        coalesce(booked.booked_to_date, 0) as booked_to_date,
        coalesce(open_levels.expected_open, 0) as expected_open,
        coalesce(open_levels.expected_open_variance, 0) as expected_open_variance,
        coalesce(new_levels.expected_new, 0) as expected_new,
        coalesce(new_levels.expected_new_variance, 0) as expected_new_variance,
        coalesce(open_levels.weighted_pipeline, 0) as weighted_pipeline,
        coalesce(open_levels.open_deals, 0) as open_deals,
        coalesce(open_levels.overdue_deals, 0) as overdue_deals,
        coalesce(open_levels.deals_without_amount, 0) as deals_without_amount,
        coalesce(open_levels.deals_below_zero, 0) as deals_below_zero,
        coalesce(open_levels.largest_expected, 0) as largest_expected
    from groups
    left join open_levels using (as_of_at, deal_type, period_grain, period_start, level, level_id)
    left join booked using (as_of_at, deal_type, period_grain, period_start, level, level_id)
    left join new_levels using (as_of_at, deal_type, period_grain, period_start, level, level_id)

)

select * from final
