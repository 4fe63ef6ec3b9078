{# The day of a naive UTC timestamp in a time zone (a column or an expression). Returns a date. #}
{% macro local_date(time, time_zone) -%}{{ return(adapter.dispatch('local_date', 'plumbline')(time, time_zone)) }}{%- endmacro %}

{% macro default__local_date(time, time_zone) -%}
    cast(from_utc_timestamp({{ time }}, {{ time_zone }}) as date)
{%- endmacro %}

{% macro duckdb__local_date(time, time_zone) -%}
    cast(({{ time }} at time zone 'UTC') at time zone {{ time_zone }} as date)
{%- endmacro %}
