{# Whether two texts say the same: the list of deals writes numbers, the changelog texts ('100.00'). Returns a boolean. #}
{% macro pipedrive_same_value(one, other) -%}
    (coalesce({{ one }}, '') = coalesce({{ other }}, '') or coalesce({{ to_money(one) }} = {{ to_money(other) }}, false))
{%- endmacro %}
