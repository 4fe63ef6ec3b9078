{{ config(materialized='table') }}

{# Activities are to-dos there: what is not ticked off has not taken place as far as anybody said. Of one whose tick
   was taken back, or that was deleted, the last delivery that had the tick is kept. #}
with parsed as (
    select
        connection,
        id as activity_id,
        modified_at,
        extracted_at,
        seq,
        coalesce(is_deleted, false) as is_deleted,
        {{ parse_json('payload', {
            'type': 'text', 'owner_id': 'text', 'deal_id': 'text', 'person_id': 'text', 'due_date': 'text',
            'due_time': 'text', 'done': 'text', 'marked_as_done_time': 'text', 'add_time': 'text',
            'participants': [{'person_id': 'text'}], 'subject': 'text',
        }) }} as payload
    from {{ source('lake', 'pipedrive__activities') }}
    where kind = 'record'
),

ticked as (
    select
        parsed.*,
        not is_deleted and coalesce(payload.done, 'false') = 'true' as is_done
    from parsed
),

ranked as (
    select
        ticked.*,
        first_value(is_done) over newest as is_still_done,
        first_value(is_deleted) over newest as is_gone,
        first_value(coalesce(modified_at, extracted_at)) over newest as last_changed_at,
        row_number() over (
            partition by connection, activity_id
            order by case when is_done then 0 else 1 end, modified_at desc nulls last, extracted_at desc, seq desc
        ) as place
    from ticked
    window newest as (
        partition by connection, activity_id
        order by modified_at desc nulls last, extracted_at desc, seq desc
    )
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
    is_done,
    case when is_done and not is_still_done then {{ naive_utc('last_changed_at') }} end as withdrawn_at,
    greatest(
        coalesce({{ array_size('payload.participants') }}, 0),
        case when payload.person_id is null then 0 else 1 end
    ) as contact_count,
    payload.subject
from ranked
where place = 1 and payload.deal_id is not null and (is_done or not is_gone)
