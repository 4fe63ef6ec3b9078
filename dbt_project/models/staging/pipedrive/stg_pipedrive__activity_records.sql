{{ config(materialized='table') }}

{# Activities are to-dos there: what is not ticked off has not taken place as far as anybody said. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__activities')) }}
),

parsed as (
    select
        connection,
        id as activity_id,
        {{ parse_json('payload', {
            'type': 'text', 'owner_id': 'text', 'deal_id': 'text', 'person_id': 'text', 'due_date': 'text',
            'due_time': 'text', 'done': 'text', 'marked_as_done_time': 'text', 'add_time': 'text',
            'participants': [{'person_id': 'text'}], 'subject': 'text',
        }) }} as payload
    from latest
    where not coalesce(is_deleted, false)
)

select
    connection,
    activity_id,
    payload.deal_id,
    payload.owner_id,
    {# A lunch is a meeting with food; every other type keeps its key, by which the process may name it. #}
    case lower(payload.type) when 'lunch' then 'meeting' else lower(payload.type) end as kind,
    payload.due_date as due_date_text,
    nullif(trim(payload.due_time), '') is null as is_day_only,
    payload.due_date || coalesce('T' || nullif(trim(payload.due_time), ''), '') as due_at_text,
    payload.marked_as_done_time as done_at_text,
    payload.add_time as added_at_text,
    coalesce(payload.done, 'false') = 'true' as is_done,
    greatest(
        coalesce({{ array_size('payload.participants') }}, 0),
        case when payload.person_id is null then 0 else 1 end
    ) as contact_count,
    payload.subject
from parsed
where payload.deal_id is not null
