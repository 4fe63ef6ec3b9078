{{ config(materialized='table') }}

{%- for crm in plumbline.crms() %}
    select
        connection,
        object,
        id,
        field,
        value,
        reason
    from {{ ref('stg_' ~ crm ~ '__rejects') }}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
