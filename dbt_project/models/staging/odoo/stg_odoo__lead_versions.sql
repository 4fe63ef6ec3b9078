{{ config(materialized='table') }}

{# Every version of a lead that we ever read is a dated snapshot of it: the only history of what Odoo doesn't track. #}
with delivered as (
    select
        connection,
        id,
        modified_at,
        extracted_at,
        payload,
        row_number() over (
            partition by connection, id, modified_at
            order by extracted_at desc, seq desc
        ) as repeat_no
    from {{ source('lake', 'odoo__leads') }}
    where kind = 'record' and not coalesce(is_deleted, false)
),

parsed as (
    select
        connection,
        id as deal_id,
        {{ naive_utc('modified_at') }} as modified_at,
        {{ naive_utc('extracted_at') }} as extracted_at,
        {{ json_fields('payload') }} as properties
    from delivered
    where repeat_no = 1
)

select
    parsed.connection,
    parsed.deal_id,
    row_number() over (
        partition by parsed.connection, parsed.deal_id
        order by parsed.modified_at, parsed.extracted_at
    ) as version_no,
    modified_at,
    extracted_at,
    properties,
    {{ odoo_id(map_value('properties', "'stage_id'")) }} as native_stage_id,
    {{ map_value('properties', "'active'") }} = 'false' as is_archived,
    {{ odoo_lost('properties') }} as is_lost,
    coalesce(conversions.converted_at, {{ to_utc(map_value('properties', "'create_date'")) }}) as created_at,
    {{ to_utc(odoo_text(map_value('properties', "'date_last_stage_update'"))) }} as stage_changed_at,
    {{ to_utc(odoo_text(map_value('properties', "'date_closed'"))) }} as closed_at
from parsed
left join {{ ref('stg_odoo__conversions') }} as conversions
    on
        parsed.connection = conversions.connection
        and parsed.deal_id = conversions.deal_id
