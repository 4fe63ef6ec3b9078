{{ config(materialized='table') }}

{# Meetings, calls and e-mails in one shape. A meeting takes place when it starts; a call or e-mail at its own time. #}
with meetings as (
    {{ hubspot_records(source('lake', 'hubspot__meetings'), 'engagement_id') }}
),

calls as (
    {{ hubspot_records(source('lake', 'hubspot__calls'), 'engagement_id') }}
),

emails as (
    {{ hubspot_records(source('lake', 'hubspot__emails'), 'engagement_id') }}
),

engagements as (
    select
        *,
        'meeting' as kind,
        coalesce(
            {{ map_value('payload.properties', "'hs_meeting_start_time'") }},
            {{ map_value('payload.properties', "'hs_timestamp'") }}
        ) as occurred_at_text,
        {{ map_value('payload.properties', "'hs_meeting_outcome'") }} as outcome,
        cast(null as {{ dbt.type_string() }}) as native_direction,
        {{ map_value('payload.properties', "'hs_meeting_title'") }} as subject
    from meetings
    union all
    select
        *,
        'call' as kind,
        {{ map_value('payload.properties', "'hs_timestamp'") }} as occurred_at_text,
        {{ map_value('payload.properties', "'hs_call_status'") }} as outcome,
        {{ map_value('payload.properties', "'hs_call_direction'") }} as native_direction,
        {{ map_value('payload.properties', "'hs_call_title'") }} as subject
    from calls
    union all
    select
        *,
        'email' as kind,
        {{ map_value('payload.properties', "'hs_timestamp'") }} as occurred_at_text,
        {{ map_value('payload.properties', "'hs_email_status'") }} as outcome,
        {{ map_value('payload.properties', "'hs_email_direction'") }} as native_direction,
        {{ map_value('payload.properties', "'hs_email_subject'") }} as subject
    from emails
)

select
    connection,
    engagement_id,
    kind,
    coalesce(is_deleted, false) as is_deleted,
    occurred_at_text,
    {{ to_utc('occurred_at_text') }} as occurred_at,
    coalesce({{ map_value('payload.properties', "'hs_createdate'") }}, payload.createdat) as recorded_at_text,
    {{ map_value('payload.properties', "'hubspot_owner_id'") }} as owner_id,
    lower(outcome) as outcome,
    {# A forwarded e-mail may be the buyer's or ours, so it has no direction. #}
    case native_direction
        when 'INBOUND' then 'in'
        when 'INCOMING_EMAIL' then 'in'
        when 'OUTBOUND' then 'out'
        when 'EMAIL' then 'out'
    end as direction,
    subject
from engagements
