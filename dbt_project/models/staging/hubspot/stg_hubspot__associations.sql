{{ config(materialized='table') }}

{% set target = {'toObjectId': 'text', 'associationTypes': [{'label': 'text'}]} %}

with latest as (
    {{ latest_records(source('lake', 'hubspot__associations')) }}
),

parsed as (
    select
        connection,
        {{ split_text('id', "':'") }} as words,
        {{ parse_json('payload', {'to': [target]}) }} as payload
    from latest
    where not coalesce(is_deleted, false)
),

targets as (
    select
        connection,
        words[1] as from_object,
        words[2] as to_object,
        words[3] as from_id,
        {{ unnest_array('payload.to', 'target', 'place') }}
    from parsed
)

select
    connection,
    from_object,
    to_object,
    from_id,
    target.toobjectid as to_id,
    place,
    lower(target.associationtypes[1].label) as role
from targets
where target.toobjectid is not null
