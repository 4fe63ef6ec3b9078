{{ config(materialized='table') }}

with quotes as (
    {{ hubspot_records(source('lake', 'hubspot__quotes'), 'document_id') }}
),

line_items as (
    {{ hubspot_records(source('lake', 'hubspot__line_items'), 'document_id') }}
)

select
    connection,
    document_id,
    'quote' as kind,
    'quotes' as object,
    coalesce(is_deleted, false) as is_deleted,
    lower({{ map_value('payload.properties', "'hs_status'") }}) as status,
    coalesce({{ map_value('payload.properties', "'hs_createdate'") }}, payload.createdat) as occurred_at_text,
    {{ map_value('payload.properties', "'hubspot_owner_id'") }} as actor_id
from quotes
union all
select
    connection,
    document_id,
    'line_item' as kind,
    'line_items' as object,
    coalesce(is_deleted, false) as is_deleted,
    cast(null as {{ dbt.type_string() }}) as status,
    coalesce({{ map_value('payload.properties', "'createdate'") }}, payload.createdat) as occurred_at_text,
    cast(null as {{ dbt.type_string() }}) as actor_id
from line_items
