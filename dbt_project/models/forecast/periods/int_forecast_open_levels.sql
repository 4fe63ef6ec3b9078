with deals as (

    select * from {{ ref('int_forecast_deal_periods') }}

),

levels as (

    {{ forecast_levels() }}

),

final as (

    select
        deals.as_of_at,
        deals.deal_type,
        deals.period_grain,
        deals.period_start,
        levels.level,
        {{ level_id('levels.level', 'deals') }} as level_id,
        cast(sum(deals.expected_amount) as decimal(18, 2)) as expected_open,
        sum(deals.variance) as expected_open_variance,
        cast(sum(deals.weighted_amount) as decimal(18, 2)) as weighted_pipeline,
        cast(count(*) as integer) as open_deals,
        cast(sum(case when deals.is_overdue then 1 else 0 end) as integer) as overdue_deals,
        cast(sum(case when deals.amount_home is null then 1 else 0 end) as integer) as deals_without_amount,
        cast(sum(case when deals.amount_home < 0 then 1 else 0 end) as integer) as deals_below_zero,
        max(deals.expected_amount) as largest_expected
    from deals
    cross join levels
    group by
        deals.as_of_at, deals.deal_type, deals.period_grain, deals.period_start, levels.level,
        {{ level_id('levels.level', 'deals') }}

)

select * from final
