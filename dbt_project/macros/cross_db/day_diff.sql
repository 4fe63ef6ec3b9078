{# Days from one date to a later one; negative when the second is the earlier. Returns an integer.
   Calendar days: cast or localise timestamps first, because engines differ on what a day between timestamps is. #}
{% macro day_diff(first_date, second_date) -%}
    {{ return(adapter.dispatch('day_diff', 'plumbline')(first_date, second_date)) }}
{%- endmacro %}

{% macro default__day_diff(first_date, second_date) -%}
    datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}

{% macro duckdb__day_diff(first_date, second_date) -%}
    cast(date_diff('day', cast({{ first_date }} as date), cast({{ second_date }} as date)) as integer)
{%- endmacro %}
