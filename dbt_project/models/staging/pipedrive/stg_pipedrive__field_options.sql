{# The labels of custom fields with a list to choose from: deals and changelogs hold the options' ids. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__deal_fields')) }}
),

parsed as (
    select
        connection,
        id as native_field,
        {{ parse_json('payload', {
            'is_custom_field': 'text', 'options': [{'id': 'text', 'label': 'text'}]
        }) }} as payload
    from latest
),

options as (
    select
        connection,
        native_field,
        {{ unnest_array('payload.options', 'choice', 'place') }}
    from parsed
    where payload.is_custom_field = 'true'
)

select
    connection,
    native_field,
    choice.id as option_id,
    min(choice.label) as label
from options
group by connection, native_field, choice.id
