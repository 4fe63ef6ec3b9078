{# One entity of all CRMs, from their staging models, which share their columns. #}
{% macro union_crms(entity, columns) -%}
    {%- for crm in plumbline.crms() %}
    select
        '{{ crm }}' as crm,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ crm ~ '__' ~ entity) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}
