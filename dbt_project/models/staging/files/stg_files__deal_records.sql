{{ config(materialized='table') }}

{# An export may have any further columns, so a row is kept as a map of texts. #}
with latest as (
    {{ latest_records(source('lake', 'files__deals')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        is_deleted,
        modified_at,
        extracted_at,
        {{ json_fields('payload') }} as fields
    from latest
),

field_names as (
    select * from {{ ref('stg_reference__field_names') }}
)

select
    parsed.connection,
    parsed.deal_id,
    {{ naive_utc('parsed.extracted_at') }} as extracted_at,
    {{ naive_utc('parsed.modified_at') }} as row_modified_at,
    coalesce(parsed.is_deleted, false) as row_is_deleted,
    {{ map_value('fields', "'is_deleted'") }} as is_deleted_text,
    {{ map_value('fields', "'created_at'") }} as created_at_text,
    {{ map_value('fields', "'modified_at'") }} as modified_at_text,
    {{ map_value('fields', "'closed_at'") }} as closed_at_text,
    {{ map_value('fields', "coalesce(field_names.amount_field, 'amount')") }} as amount_text,
    {{ map_value('fields', "coalesce(field_names.close_date_field, 'close_date')") }} as close_date_text,
    {{ map_value('fields', "coalesce(field_names.owner_field, 'owner_id')") }} as owner_id,
    {{ map_value('fields', "coalesce(field_names.lost_reason_field, 'lost_reason')") }} as lost_reason,
    {{ map_value('fields', "coalesce(field_names.deal_type_field, 'deal_type')") }} as native_deal_type,
    fields
from parsed
left join field_names
    on parsed.connection = field_names.connection
