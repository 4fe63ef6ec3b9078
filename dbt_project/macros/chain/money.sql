{# An amount of a deal in the reporting currency, at the rate of a day; NULL when nobody gave a rate for it. `rates` is a
   left join of int_fx_rates for that currency and day. #}
{% macro at_home(amount, currency, home_currency, rate) -%}
    case
        when {{ currency }} = {{ home_currency }} then {{ amount }}
        else {{ times(amount, rate) }}
    end
{%- endmacro %}
