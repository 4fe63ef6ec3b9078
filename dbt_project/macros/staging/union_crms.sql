{# One entity of all CRMs (or of those given), from their staging models, which share their columns. #}
{% macro union_crms(entity, columns, of=none) -%}
    {%- for crm in of or plumbline.crms() %}
    select
        '{{ crm }}' as crm,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ crm ~ '__' ~ entity) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}
