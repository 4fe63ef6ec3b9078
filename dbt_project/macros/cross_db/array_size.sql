{# How many elements a list has; NULL for a list that is NULL. Returns an integer. #}
{% macro array_size(list) -%}{{ return(adapter.dispatch('array_size', 'plumbline')(list)) }}{%- endmacro %}

{% macro default__array_size(list) -%}array_size({{ list }}){%- endmacro %}

{% macro duckdb__array_size(list) -%}len({{ list }}){%- endmacro %}
