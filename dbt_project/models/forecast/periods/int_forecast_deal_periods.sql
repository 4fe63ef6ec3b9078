with open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}
    where purpose <> 'backtest'

),

periods as (

    select * from {{ ref('int_forecast_periods') }}

),

chain as (

    select * from {{ ref('int_forecast_state_periods') }}

),

cycles as (

    select * from {{ ref('int_forecast_cycles') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

-- a deal without a close date is expected when deals of its type usually are won; a date that is past says nothing
dated as (

    select
        open_deals.*,
        {{ local_date('open_deals.as_of_at', 'settings.time_zone') }} as as_of_day,
        coalesce(open_deals.amount_home, cast(0 as decimal(18, 2))) as amount,
        coalesce(
            open_deals.close_date,
            {{ local_date(add_seconds('open_deals.created_at', 'cycles.median_days * 86400'), 'settings.time_zone') }}
        ) as expected_day
    from open_deals
    cross join settings
    left join cycles on open_deals.as_of_at = cycles.as_of_at and open_deals.deal_type = cycles.deal_type

),

joined as (

    select
        dated.*,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        chain.p_win,
        chain.p_lost,
        chain.p_win_ultimate,
        coalesce(
            dated.expected_day >= dated.as_of_day
            and dated.expected_day >= periods.period_start
            and dated.expected_day < periods.period_end, false
        ) as is_expected,
        cast(dated.amount as double) * dated.amount_ratio as final_amount
    from dated
    inner join periods on dated.as_of_at = periods.as_of_at
    left join chain
        on
            dated.purpose = chain.purpose
            and dated.deal_type = chain.deal_type
            and dated.segment = chain.segment
            and dated.stage_key = chain.stage_key
            and dated.age_steps = chain.age_steps
            and periods.period_grain = chain.period_grain
            and periods.period_start = chain.period_start

),

-- cents of single deals are added up, so that every level of a sum agrees with the others
final as (

    select
        as_of_at,
        purpose,
        period_grain,
        period_start,
        period_end,
        connection,
        crm,
        deal_key,
        deal_type,
        pipeline_id,
        owner_key,
        team,
        user_segment,
        stage_key,
        mode,
        p_win,
        p_lost,
        p_win_ultimate,
        definition_p,
        amount_home,
        expected_day < as_of_day as is_overdue,
        cast(round(p_win * final_amount, 2) as decimal(18, 2)) as expected_amount,
        final_amount * final_amount * p_win * (1 - p_win) as variance,
        cast(
            case when is_expected then round(cast(amount as double) * definition_p, 2) else 0 end as decimal(18, 2)
        ) as weighted_amount
    from joined

)

select * from final
