{# Whether two rows are the same record as evidence of the same step. int_withdrawn_evidence is held against others so. #}
{% macro same_evidence(one, other) -%}
    {{ one }}.deal_key = {{ other }}.deal_key
    and {{ one }}.version = {{ other }}.version
    and {{ one }}.step_key = {{ other }}.step_key
    and {{ one }}.record_kind = {{ other }}.record_kind
    and {{ one }}.record_id = {{ other }}.record_id
{%- endmacro %}
