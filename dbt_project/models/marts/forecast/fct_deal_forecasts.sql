with deal_periods as (

    select * from {{ ref('int_forecast_deal_periods') }}
    where purpose = 'now'

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

final as (

    select
        {{ surrogate_key(['deal_periods.deal_key', 'deal_periods.period_grain', 'deal_periods.period_start']) }}
            as deal_forecast_id,
        settings.as_of_day as as_of_date,
        deal_periods.connection,
        deal_periods.crm,
        deal_periods.deal_key,
        deal_periods.deal_type,
        deal_periods.period_grain,
        deal_periods.period_start,
        deal_periods.period_end,
        deal_periods.stage_key,
        deal_periods.p_win,
        deal_periods.p_lost,
        deal_periods.p_win_ultimate,
        deal_periods.definition_p as p_definition,
        deal_periods.amount_home,
        deal_periods.expected_amount,
        deal_periods.variance,
        deal_periods.weighted_amount,
        deal_periods.mode,
        settings.as_of
    from deal_periods
    cross join settings

)

select * from final
