{# One entity of all CRMs, from their staging models, which share their columns. A new CRM is one more word here. #}
{% macro union_crms(entity, columns) -%}
    {%- for crm in ['hubspot', 'files'] %}
    select
        '{{ crm }}' as crm,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ crm ~ '__' ~ entity) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}
