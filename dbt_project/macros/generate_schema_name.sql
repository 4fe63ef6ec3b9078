{# A model's schema is exactly the one configured, so that BI queries read `marts.…` whoever built it. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
