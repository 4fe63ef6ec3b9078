with

{{ later_steps('int_forecast_chain_steps', 1) }}

select * from stepped
