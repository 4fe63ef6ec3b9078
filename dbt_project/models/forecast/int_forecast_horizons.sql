with settings as (

    select * from {{ ref('int_forecast_settings') }}

),

horizons as (

    select
        7 as step_days,
        4 as horizon_steps
    union all
    select
        7 as step_days,
        13 as horizon_steps
    union all
    select
        1 as step_days,
        7 as horizon_steps
    union all
    select
        1 as step_days,
        14 as horizon_steps
    union all
    select
        1 as step_days,
        28 as horizon_steps

),

final as (

    select horizons.horizon_steps
    from horizons
    inner join settings on horizons.step_days = settings.step_days

)

select * from final
