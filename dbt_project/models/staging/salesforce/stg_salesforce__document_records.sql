{{ config(materialized='table') }}

with quotes as (
    {{ salesforce_rows('quotes', 'document_id') }}
)

select
    connection,
    document_id,
    {{ map_value('fields', "'OpportunityId'") }} as deal_id,
    is_deleted,
    lower({{ map_value('fields', "'Status'") }}) as status,
    {{ map_value('fields', "'CreatedDate'") }} as occurred_at_text,
    {{ map_value('fields', "'CreatedById'") }} as actor_id
from quotes
