with windows as (

    select * from {{ ref('int_forecast_windows') }}

),

shocks as (

    select * from {{ ref('int_forecast_shocks') }}

),

final as (

    select
        windows.*,
        sqrt(windows.variance + shocks.tau_squared * windows.chain * windows.chain) as sd
    from windows
    inner join shocks
        on
            windows.as_of_no = shocks.as_of_no
            and windows.horizon_steps = shocks.horizon_steps
            and windows.deal_type = shocks.deal_type
            and windows.level = shocks.level

)

select * from final
