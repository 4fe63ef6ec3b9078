with

{{ later_steps('int_forecast_later_steps_2', 3) }}

select * from stepped
