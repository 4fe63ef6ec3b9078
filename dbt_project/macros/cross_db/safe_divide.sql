{# A ratio, NULL when there is nothing to divide by. Returns decimal(18,6), rounded once: engines divide integers and
   decimals differently, so both sides become doubles first. #}
{% macro safe_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch('safe_divide', 'plumbline')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__safe_divide(numerator, denominator) -%}
    cast(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0) as decimal(18, 6))
{%- endmacro %}
