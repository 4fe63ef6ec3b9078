with open_deals as (

    select * from {{ ref('int_forecast_open_deals') }}
    where purpose <> 'backtest'

),

states as (

    select * from {{ ref('int_forecast_chain_states') }}

),

steps as (

    select * from {{ ref('int_forecast_long_steps') }}

),

period_steps as (

    select * from {{ ref('int_forecast_period_steps') }}

),

-- only states in which a deal stands
wanted as (

    select distinct
        states.state_no,
        open_deals.purpose,
        open_deals.as_of_at,
        open_deals.deal_type,
        open_deals.segment,
        open_deals.stage_key,
        open_deals.age_steps
    from open_deals
    inner join states
        on
            open_deals.as_of_at = states.as_of_at
            and open_deals.deal_type = states.deal_type
            and open_deals.segment = states.segment
            and open_deals.stage_key = states.stage_key
            and open_deals.age_steps = states.age_steps

),

ultimate as (

    select
        state_no,
        sum(p_win) as p_win_ultimate
    from steps
    group by state_no

),

reached as (

    select
        wanted.state_no,
        period_steps.period_grain,
        period_steps.period_start,
        sum(steps.p_win * period_steps.share) as p_win,
        sum(steps.p_lost * period_steps.share) as p_lost
    from wanted
    inner join steps on wanted.state_no = steps.state_no
    inner join period_steps on wanted.purpose = period_steps.purpose and steps.step_no = period_steps.step_no
    group by wanted.state_no, period_steps.period_grain, period_steps.period_start

),

final as (

    select
        wanted.*,
        reached.period_grain,
        reached.period_start,
        reached.p_win,
        reached.p_lost,
        ultimate.p_win_ultimate
    from wanted
    inner join reached on wanted.state_no = reached.state_no
    inner join ultimate on wanted.state_no = ultimate.state_no

)

select * from final
