with open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}

),

horizons as (

    select * from {{ ref('int_forecast_horizons') }}

),

states as (

    select * from {{ ref('int_forecast_chain_states') }}

),

steps as (

    select * from {{ ref('int_forecast_chain_steps') }}

),

reached as (

    select
        steps.state_no,
        horizons.horizon_steps,
        sum(steps.p_win) as p_win,
        sum(steps.p_lost) as p_lost
    from steps
    inner join horizons on steps.step_no <= horizons.horizon_steps
    group by steps.state_no, horizons.horizon_steps

),

final as (

    select
        open_deals.as_of_at,
        open_deals.purpose,
        reached.horizon_steps,
        open_deals.deal_key,
        reached.p_win,
        reached.p_lost,
        coalesce(open_deals.amount_home, cast(0 as decimal(18, 2))) as amount_home,
        reached.p_win * cast(coalesce(open_deals.amount_home, 0) as double) * open_deals.amount_ratio
            as expected_amount,
        cast(coalesce(open_deals.amount_home, 0) as double) * cast(coalesce(open_deals.amount_home, 0) as double)
        * reached.p_win * (1 - reached.p_win) as variance
    from open_deals
    inner join states
        on
            open_deals.as_of_at = states.as_of_at
            and open_deals.deal_type = states.deal_type
            and open_deals.segment = states.segment
            and open_deals.stage_key = states.stage_key
            and open_deals.age_steps = states.age_steps
    inner join reached on states.state_no = reached.state_no

)

select * from final
