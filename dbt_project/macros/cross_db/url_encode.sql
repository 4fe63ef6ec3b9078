{# A text as one part of an address: whatever has a meaning in addresses is written as %XX. #}
{% macro url_encode(text) -%}{{ return(adapter.dispatch('url_encode', 'plumbline')(text)) }}{%- endmacro %}

{# Spark writes a space as forms do, and a plus itself as %2B. #}
{% macro default__url_encode(text) -%}replace(url_encode({{ text }}), '+', '%20'){%- endmacro %}

{% macro duckdb__url_encode(text) -%}url_encode({{ text }}){%- endmacro %}
