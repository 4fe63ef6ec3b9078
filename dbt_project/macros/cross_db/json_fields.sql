{# A JSON object as a map from text to text, for exports whose columns we can't know. Returns map(text, text). #}
{% macro json_fields(column) -%}{{ return(adapter.dispatch('json_fields', 'plumbline')(column)) }}{%- endmacro %}

{% macro default__json_fields(column) -%}from_json({{ column }}, 'map<string,string>'){%- endmacro %}

{% macro duckdb__json_fields(column) -%}from_json({{ column }}, '"MAP(VARCHAR, VARCHAR)"'){%- endmacro %}
