{# One text key from all columns of a grain; a missing value differs from an empty one. Returns text. #}
{% macro surrogate_key(columns) -%}{{ return(adapter.dispatch('surrogate_key', 'plumbline')(columns)) }}{%- endmacro %}

{% macro default__surrogate_key(columns) -%}
    md5({% for column in columns %}coalesce(cast({{ column }} as {{ dbt.type_string() }}), '<null>')
    {%- if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}
