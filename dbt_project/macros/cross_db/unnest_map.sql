{# Select-list items that turn a map into one row per entry: its key and its value. Use alone beside plain columns. #}
{% macro unnest_map(map, key_name, value_name) -%}
    {{ return(adapter.dispatch('unnest_map', 'plumbline')(map, key_name, value_name)) }}
{%- endmacro %}

{% macro default__unnest_map(map, key_name, value_name) -%}
    explode({{ map }}) as ({{ key_name }}, {{ value_name }})
{%- endmacro %}

{% macro duckdb__unnest_map(map, key_name, value_name) -%}
    unnest(map_keys({{ map }})) as {{ key_name }},
    unnest(map_values({{ map }})) as {{ value_name }}
{%- endmacro %}
