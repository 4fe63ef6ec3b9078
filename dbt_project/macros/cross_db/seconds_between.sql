{# Seconds from one timestamp to a later one, with fractions; negative when the second is the earlier. Returns a double. #}
{% macro seconds_between(first_time, second_time) -%}
    {{ return(adapter.dispatch('seconds_between', 'plumbline')(first_time, second_time)) }}
{%- endmacro %}

{% macro default__seconds_between(first_time, second_time) -%}
    ((unix_micros({{ second_time }}) - unix_micros({{ first_time }})) / cast(1000000 as double))
{%- endmacro %}

{% macro duckdb__seconds_between(first_time, second_time) -%}
    ((epoch_us({{ second_time }}) - epoch_us({{ first_time }})) / cast(1000000 as double))
{%- endmacro %}
