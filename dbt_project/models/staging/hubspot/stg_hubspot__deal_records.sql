{{ config(materialized='table') }}

{# Parsed once and kept: the deals, their histories, merges and rejects are all read from here. #}
{% set entry = {
    'value': 'text', 'timestamp': 'text', 'sourceType': 'text', 'sourceId': 'text', 'updatedByUserId': 'text',
} %}
{% set fields = {
    'createdAt': 'text',
    'properties': {'map_of': 'text'},
    'propertiesWithHistory': {'map_of': [entry]},
} %}

with latest as (
    {{ latest_records(source('lake', 'hubspot__deals')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        modified_at,
        is_deleted,
        extracted_at,
        {{ parse_json('payload', fields) }} as payload
    from latest
),

field_names as (
    select * from {{ ref('stg_reference__field_names') }}
)

select
    parsed.connection,
    parsed.deal_id,
    coalesce(parsed.is_deleted, false) as is_deleted,
    {{ naive_utc('parsed.modified_at') }} as modified_at,
    {{ naive_utc('parsed.extracted_at') }} as extracted_at,
    coalesce({{ map_value('payload.properties', "'createdate'") }}, payload.createdat) as created_at_text,
    {{ map_value('payload.properties', "coalesce(field_names.amount_field, 'amount')") }} as amount_text,
    {{ map_value('payload.properties', "coalesce(field_names.close_date_field, 'closedate')") }} as close_date_text,
    {{ map_value('payload.properties', "coalesce(field_names.owner_field, 'hubspot_owner_id')") }} as owner_id,
    {{ map_value('payload.properties', "coalesce(field_names.lost_reason_field, 'closed_lost_reason')") }}
        as lost_reason,
    {{ map_value('payload.properties', "coalesce(field_names.deal_type_field, 'dealtype')") }} as native_deal_type,
    payload.properties,
    payload.propertieswithhistory as histories
from parsed
left join field_names
    on parsed.connection = field_names.connection
