{# A select-list item that turns a row into one row per number from 1 to a column's value (none when it is 0 or NULL).
   How large that value may be is for whoever asks: a count that a CRM tells goes through shown_people. #}
{% macro unnest_range(last, name) -%}{{ return(adapter.dispatch('unnest_range', 'plumbline')(last, name)) }}{%- endmacro %}

{% macro default__unnest_range(last, name) -%}
    explode(case when {{ last }} > 0 then sequence(1, {{ last }}) end) as {{ name }}
{%- endmacro %}

{% macro duckdb__unnest_range(last, name) -%}
    unnest(range(1, {{ last }} + 1)) as {{ name }}
{%- endmacro %}
