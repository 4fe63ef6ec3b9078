{{ config(materialized='table') }}

{# Parsed once and kept: deals, the values of their fields and rejects are all read from here. #}
with opportunities as (
    {{ salesforce_rows('opportunities', 'deal_id') }}
),

field_names as (
    select * from {{ ref('stg_reference__field_names') }}
)

select
    opportunities.connection,
    opportunities.deal_id,
    opportunities.is_deleted,
    opportunities.modified_at,
    opportunities.extracted_at,
    {{ map_value('fields', "'CreatedDate'") }} as created_at_text,
    {{ map_value('fields', "coalesce(field_names.amount_field, 'Amount')") }} as amount_text,
    {{ map_value('fields', "coalesce(field_names.close_date_field, 'CloseDate')") }} as close_date_text,
    {{ map_value('fields', "coalesce(field_names.owner_field, 'OwnerId')") }} as owner_id,
    {{ map_value('fields', "coalesce(field_names.lost_reason_field, '')") }} as lost_reason,
    {{ map_value('fields', "coalesce(field_names.deal_type_field, 'Type')") }} as native_deal_type,
    {{ salesforce_pipeline(map_value('fields', "'RecordTypeId'")) }} as pipeline_id,
    opportunities.fields
from opportunities
left join field_names
    on opportunities.connection = field_names.connection
