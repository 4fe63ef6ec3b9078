{# A select-list item that turns a row into one row per number from 1 to a column's value (none when it is 0 or NULL). Of a
   number beyond 10,000, which nobody's deal has, so many: a slip in one CRM must not fill the disk of all. #}
{% macro unnest_range(last, name) -%}{{ return(adapter.dispatch('unnest_range', 'plumbline')(last, name)) }}{%- endmacro %}

{% macro default__unnest_range(last, name) -%}
    explode(case when {{ last }} > 0 then sequence(1, least({{ last }}, 10000)) end) as {{ name }}
{%- endmacro %}

{% macro duckdb__unnest_range(last, name) -%}
    unnest(range(1, case when {{ last }} > 10000 then 10000 else {{ last }} end + 1)) as {{ name }}
{%- endmacro %}
