{# Who joined a deal when, by the participants' changelog of deals that have several. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__deal_participants')) }}
),

parsed as (
    select
        connection,
        id as deal_id,
        {{ parse_json('payload', {'changes': [{'person_id': 'text', 'action': 'text', 'time': 'text'}]}) }} as payload
    from latest
    where not coalesce(is_deleted, false)
),

changes as (
    select
        connection,
        deal_id,
        {{ unnest_array('payload.changes', 'change', 'place') }}
    from parsed
)

select
    connection,
    deal_id,
    change.person_id as contact_id,
    lower(change.action) as action,
    change.time as changed_at_text,
    {{ to_utc('change.time') }} as changed_at
from changes
where change.person_id is not null
