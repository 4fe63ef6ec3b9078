with as_ofs as (

    select * from {{ ref('int_forecast_as_ofs') }}
    where purpose <> 'backtest'

),

states as (

    select
        states.*,
        as_ofs.purpose
    from {{ ref('int_forecast_chain_states') }} as states
    inner join as_ofs on states.as_of_at = as_ofs.as_of_at

),

united as (

    select * from {{ ref('int_forecast_chain_steps') }}
    union all
    select * from {{ ref('int_forecast_later_steps_1') }}
    union all
    select * from {{ ref('int_forecast_later_steps_2') }}
    union all
    select * from {{ ref('int_forecast_later_steps_3') }}

),

final as (

    select
        states.purpose,
        states.state_no,
        cast(united.step_no as integer) as step_no,
        united.p_win,
        united.p_lost
    from united
    inner join states on united.state_no = states.state_no

)

select * from final
