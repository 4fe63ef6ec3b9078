with moves as (

    select * from {{ ref('int_forecast_chain_moves') }}

),

{{ chain_levels(var('forecast_steps')) }}

select * from stepped
