{# Money times a rate or a probability, in cents: two decimals of 18 digits are multiplied in 18, which ten thousand million
   of the reporting currency overflow. NULL where the product is beyond all money. #}
{% macro times(amount, factor) -%}
    try_cast(round(cast({{ amount }} as decimal(38, 2)) * {{ factor }}, 2) as decimal(18, 2))
{%- endmacro %}
