{# A timestamp some seconds later (or earlier, with a negative number; fractions count). Returns a timestamp. #}
{% macro add_seconds(time, seconds) -%}{{ return(adapter.dispatch('add_seconds', 'plumbline')(time, seconds)) }}{%- endmacro %}

{% macro default__add_seconds(time, seconds) -%}
    timestamp_micros(unix_micros({{ time }}) + cast(({{ seconds }}) * 1000000 as bigint))
{%- endmacro %}

{% macro duckdb__add_seconds(time, seconds) -%}
    ({{ time }} + to_microseconds(cast(({{ seconds }}) * 1000000 as bigint)))
{%- endmacro %}
