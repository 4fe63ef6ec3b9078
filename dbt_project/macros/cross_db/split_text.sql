{# A text as a list of its parts. Returns a list of text. #}
{% macro split_text(text, separator) -%}{{ return(adapter.dispatch('split_text', 'plumbline')(text, separator)) }}{%- endmacro %}

{% macro default__split_text(text, separator) -%}split({{ text }}, {{ separator }}){%- endmacro %}

{% macro duckdb__split_text(text, separator) -%}string_split({{ text }}, {{ separator }}){%- endmacro %}
