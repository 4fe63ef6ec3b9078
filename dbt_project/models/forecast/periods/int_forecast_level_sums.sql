with open_levels as (

    select * from {{ ref('int_forecast_open_levels') }}

),

booked as (

    select * from {{ ref('int_forecast_booked') }}

),

new_levels as (

    select * from {{ ref('int_forecast_new_levels') }}

),

parts as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        0 as booked_to_date,
        expected_open,
        expected_open_variance,
        0 as expected_new,
        0 as expected_new_variance,
        weighted_pipeline,
        open_deals,
        overdue_deals,
        deals_without_amount,
        deals_below_zero,
        largest_expected
    from open_levels
    union all
    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        booked_to_date,
        0 as expected_open,
        0 as expected_open_variance,
        0 as expected_new,
        0 as expected_new_variance,
        0 as weighted_pipeline,
        0 as open_deals,
        0 as overdue_deals,
        0 as deals_without_amount,
        0 as deals_below_zero,
        0 as largest_expected
    from booked
    union all
    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        0 as booked_to_date,
        0 as expected_open,
        0 as expected_open_variance,
        expected_new,
        expected_new_variance,
        0 as weighted_pipeline,
        0 as open_deals,
        0 as overdue_deals,
        0 as deals_without_amount,
        0 as deals_below_zero,
        0 as largest_expected
    from new_levels

),

final as (

    select
        as_of_at,
        deal_type,
        period_grain,
        period_start,
        level,
        level_id,
        cast(sum(booked_to_date) as decimal(18, 2)) as booked_to_date,
        cast(sum(expected_open) as decimal(18, 2)) as expected_open,
        cast(sum(expected_open_variance) as double) as expected_open_variance,
        cast(sum(expected_new) as decimal(18, 2)) as expected_new,
        cast(sum(expected_new_variance) as double) as expected_new_variance,
        cast(sum(weighted_pipeline) as decimal(18, 2)) as weighted_pipeline,
        cast(sum(open_deals) as integer) as open_deals,
        cast(sum(overdue_deals) as integer) as overdue_deals,
        cast(sum(deals_without_amount) as integer) as deals_without_amount,
        cast(sum(deals_below_zero) as integer) as deals_below_zero,
        cast(max(largest_expected) as decimal(18, 2)) as largest_expected
    from parts
    group by as_of_at, deal_type, period_grain, period_start, level, level_id

)

select * from final
