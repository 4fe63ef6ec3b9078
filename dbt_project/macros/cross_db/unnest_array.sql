{# Select-list items that turn a list into one row per element: the element and its place, counted from 1. #}
{% macro unnest_array(list, value_name, place_name) -%}
    {{ return(adapter.dispatch('unnest_array', 'plumbline')(list, value_name, place_name)) }}
{%- endmacro %}

{% macro default__unnest_array(list, value_name, place_name) -%}
    posexplode(concat(array(null), {{ list }})) as ({{ place_name }}, {{ value_name }})
{%- endmacro %}

{% macro duckdb__unnest_array(list, value_name, place_name) -%}
    unnest({{ list }}) as {{ value_name }},
    unnest(range(1, len({{ list }}) + 1)) as {{ place_name }}
{%- endmacro %}
