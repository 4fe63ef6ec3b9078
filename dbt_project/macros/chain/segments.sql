{# The segment that the chain learns by: the company's own and the band of the amount, by the cuts of int_forecast_amount_cuts
   under that name. An amount that is missing, nothing or negative lies in the lowest band. Returns text. #}
{% macro chain_segment(user_segment, amount, cuts) -%}
    coalesce({{ user_segment }}, '') || '/' || cast({{ amount_band(amount, cuts) }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro amount_band(amount, cuts) -%}
    (case when {{ amount }} > {{ cuts }}.cut_33 then 1 else 0 end
    + case when {{ amount }} > {{ cuts }}.cut_66 then 1 else 0 end
    + case when {{ amount }} > {{ cuts }}.cut_90 then 1 else 0 end)
{%- endmacro %}
