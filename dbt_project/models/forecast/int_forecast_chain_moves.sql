with states as (

    select * from {{ ref('int_forecast_chain_states') }}

),

hazards as (

    select * from {{ ref('int_forecast_hazards') }}

),

leaving as (

    select
        states.state_no,
        states.chain_no,
        states.age_steps,
        hazards.as_of_at,
        hazards.deal_type,
        hazards.segment,
        hazards.destination,
        hazards.p
    from states
    inner join hazards
        on
            states.as_of_at = hazards.as_of_at
            and states.deal_type = hazards.deal_type
            and states.segment = hazards.segment
            and states.stage_key = hazards.stage_key
            and states.age_bucket = hazards.age_bucket

),

ways as (

    select
        state_no,
        chain_no,
        age_steps,
        sum(case when destination = 'won' then p else 0 end) as first_win,
        sum(case when destination = 'lost' then p else 0 end) as first_lost,
        1 - sum(p) as staying
    from leaving
    group by state_no, chain_no, age_steps

),

-- a deal that stays grows a step older, one that moves is new where it comes
final as (

    select
        state_no,
        case when age_steps < {{ oldest_age() }} then state_no + 1 else state_no end as to_state_no,
        staying as p,
        first_win,
        first_lost
    from ways
    union all
    select
        leaving.state_no,
        states.state_no as to_state_no,
        leaving.p,
        ways.first_win,
        ways.first_lost
    from leaving
    inner join ways on leaving.state_no = ways.state_no
    inner join states
        on
            leaving.as_of_at = states.as_of_at
            and leaving.deal_type = states.deal_type
            and leaving.segment = states.segment
            and leaving.destination = states.stage_key
            and states.age_steps = 0

)

select * from final
