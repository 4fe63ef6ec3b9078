{{ config(materialized='view') }}

with states as (

    select * from {{ ref('int_forecast_chain_states') }}

),

steps as (

    select * from {{ ref('int_forecast_long_steps') }}

),

final as (

    select
        states.as_of_at,
        steps.purpose,
        states.deal_type,
        states.segment,
        states.stage_key,
        states.age_steps,
        steps.step_no,
        steps.p_win,
        steps.p_lost
    from steps
    inner join states on steps.state_no = states.state_no

)

select * from final
