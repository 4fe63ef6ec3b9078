{# A timestamp with time zone as naive UTC, which is what every timestamp of the warehouse is. #}
{% macro naive_utc(time) -%}{{ return(adapter.dispatch('naive_utc', 'plumbline')(time)) }}{%- endmacro %}

{% macro default__naive_utc(time) -%}cast({{ time }} as timestamp){%- endmacro %}

{% macro duckdb__naive_utc(time) -%}({{ time }} at time zone 'UTC'){%- endmacro %}
