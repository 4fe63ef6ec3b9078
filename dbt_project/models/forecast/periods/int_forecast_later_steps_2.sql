with

{{ later_steps('int_forecast_later_steps_1', 2) }}

select * from stepped
