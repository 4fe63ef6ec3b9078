{{ config(materialized='table') }}

{# Tasks and events in one shape. A task was done on the day that it was for, unless it was ticked off before; one that
   is ticked off, nobody tells when, and that is for a later day than its last change, was done some day before. An
   event of a series' pattern, or a guest's copy, is no meeting of its own. #}
with tasks as (
    {{ salesforce_rows('tasks', 'activity_id', kept=true) }}
),

events as (
    {{ salesforce_rows('events', 'activity_id', kept=true) }}
),

messages as (
    {{ salesforce_rows('email_messages', 'message_id') }}
),

{# A mail that answers another may have several messages; one that came in makes it a conversation. #}
directions as (
    select
        connection,
        {{ map_value('fields', "'ActivityId'") }} as activity_id,
        max(case {{ map_value('fields', "'Incoming'") }} when 'true' then 1 else 0 end) as incoming
    from messages
    where not is_deleted and {{ map_value('fields', "'Incoming'") }} is not null
    group by connection, {{ map_value('fields', "'ActivityId'") }}
),

activities as (
    select
        *,
        'task' as object,
        case
            when
                substr({{ map_value('fields', "'CompletedDateTime'") }}, 1, 10)
                < {{ map_value('fields', "'ActivityDate'") }}
                then {{ map_value('fields', "'CompletedDateTime'") }}
            else coalesce({{ map_value('fields', "'ActivityDate'") }}, {{ map_value('fields', "'CompletedDateTime'") }})
        end as occurred_at_text,
        {{ map_value('fields', "'IsClosed'") }} = 'true'
        and {{ map_value('fields', "'CompletedDateTime'") }} is null
        and {{ map_value('fields', "'ActivityDate'") }} > substr({{ map_value('fields', "'SystemModstamp'") }}, 1, 10)
            as was_done_before,
        case
            when {{ map_value('fields', "'TaskSubtype'") }} in ('Email', 'ListEmail') then 'email'
            when {{ map_value('fields', "'TaskSubtype'") }} = 'Call' then 'call'
            when lower({{ map_value('fields', "'Type'") }}) in ('call', 'email', 'meeting')
                then lower({{ map_value('fields', "'Type'") }})
            else 'task'
        end as kind,
        case
            when {{ map_value('fields', "'IsClosed'") }} = 'true' then 'completed'
            else lower({{ map_value('fields', "'Status'") }})
        end as outcome
    from tasks
    union all
    select
        *,
        'event' as object,
        case
            when {{ map_value('fields', "'IsAllDayEvent'") }} = 'true' then {{ map_value('fields', "'ActivityDate'") }}
            else coalesce({{ map_value('fields', "'StartDateTime'") }}, {{ map_value('fields', "'ActivityDate'") }})
        end as occurred_at_text,
        false as was_done_before,
        'meeting' as kind,
        cast(null as {{ dbt.type_string() }}) as outcome
    from events
)

select
    activities.connection,
    object,
    activities.activity_id,
    {{ map_value('fields', "'WhatId'") }} as deal_id,
    is_deleted,
    withdrawn_at,
    kind,
    outcome,
    case
        when kind = 'email' and directions.incoming = 1 then 'in'
        when kind = 'email' and directions.incoming = 0 then 'out'
        when {{ map_value('fields', "'CallType'") }} = 'Inbound' then 'in'
        when {{ map_value('fields', "'CallType'") }} = 'Outbound' then 'out'
    end as direction,
    occurred_at_text,
    coalesce(was_done_before, false) as was_done_before,
    {{ map_value('fields', "'CreatedDate'") }} as recorded_at_text,
    {{ map_value('fields', "'OwnerId'") }} as owner_id,
    coalesce(
        {{ map_value('fields', "'WhoCount'") }},
        case when {{ map_value('fields', "'WhoId'") }} is null then '0' else '1' end
    ) as contact_count_text,
    {{ map_value('fields', "'Subject'") }} as subject
from activities
left join directions
    on
        activities.connection = directions.connection
        and activities.activity_id = directions.activity_id
where
    coalesce({{ map_value('fields', "'IsRecurrence'") }}, 'false') <> 'true'
    and coalesce({{ map_value('fields', "'IsChild'") }}, 'false') <> 'true'
