{{ config(materialized='table') }}

{# Each version's values of the fields that may be evidence, as changes from the version before it. #}
{% set not_evidence = "('id', 'name', 'type', 'active', 'stage_id', 'company_currency', 'probability', 'won_status',
    'create_date', 'create_uid', 'write_date', 'date_closed', 'date_last_stage_update')" %}

with properties as (
    select
        connection,
        deal_id,
        version_no,
        modified_at,
        created_at,
        {{ unnest_map('properties', 'native_field', 'text') }}
    from {{ ref('stg_odoo__lead_versions') }}
),

told as (
    select
        connection,
        deal_id,
        version_no,
        modified_at,
        created_at,
        native_field,
        {{ odoo_evidence('native_field', 'text') }} as value
    from properties
    where native_field not in {{ not_evidence }}
),

compared as (
    select
        *,
        lag(value) over (partition by connection, deal_id, native_field order by version_no) as value_before,
        row_number() over (partition by connection, deal_id, native_field order by version_no desc) as recency
    from told
)

select
    connection,
    deal_id,
    version_no,
    modified_at,
    created_at,
    native_field,
    value,
    recency = 1 as is_present,
    coalesce(value, '') <> coalesce(value_before, '') as is_change
from compared
