{{ config(materialized='table') }}

with roles as (
    {{ salesforce_rows('contact_roles', 'role_id') }}
)

select
    connection,
    role_id,
    {{ map_value('fields', "'OpportunityId'") }} as deal_id,
    {{ map_value('fields', "'ContactId'") }} as contact_id,
    lower({{ map_value('fields', "'Role'") }}) as role,
    {{ map_value('fields', "'CreatedDate'") }} as added_at_text,
    {# A role that vanished without a trace was there until we missed it. #}
    case
        when not is_deleted then cast(null as timestamp)
        when {{ map_value('fields', "'IsDeleted'") }} = 'true' then modified_at
        else extracted_at
    end as removed_at
from roles
