{{ config(materialized='table') }}

{# `place` 0 is no entry but the word that the deal's changelog was read whole. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__deal_changes')) }}
),

parsed as (
    select
        connection,
        {{ parse_json('payload', {
            'deal_id': 'text', 'place': 'text', 'field_key': 'text', 'old_value': 'text', 'new_value': 'text',
            'actor_user_id': 'text', 'time': 'text', 'change_source': 'text',
        }) }} as payload
    from latest
    where not coalesce(is_deleted, false)
)

select
    connection,
    payload.deal_id,
    {{ to_small_count('payload.place') }} as place,
    {# v2 calls the owner otherwise than the changelog does. #}
    case payload.field_key when 'user_id' then 'owner_id' else payload.field_key end as native_field,
    nullif(trim(payload.old_value), '') as old_value,
    nullif(trim(payload.new_value), '') as value,
    payload.time as changed_at_text,
    {{ to_utc('payload.time') }} as changed_at,
    payload.actor_user_id as actor_id,
    {{ pipedrive_actor_kind('payload.change_source') }} as actor_kind
from parsed
