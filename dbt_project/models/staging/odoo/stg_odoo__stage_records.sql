{{ config(materialized='table') }}

{# Stages that Odoo lists or listed. One that was deleted before our first sync is known by its label in the
   tracking. #}
with latest as (
    {{ latest_records(source('lake', 'odoo__stages')) }}
),

parsed as (
    select
        connection,
        id as stage_id,
        {{ parse_json('payload', {
            'name': 'text', 'sequence': 'text', 'is_won': 'text', 'team_id': ['text'], 'team_ids': ['text']
        }) }} as payload
    from latest
),

labels as (
    select
        changes.connection,
        changes.new_value as stage_id,
        max(changes.new_label) as stage_name
    from {{ ref('stg_odoo__tracked_changes') }} as changes
    where changes.field_name = 'stage_id' and changes.new_value is not null
    group by changes.connection, changes.new_value
    union
    select
        changes.connection,
        changes.old_value as stage_id,
        max(changes.old_label) as stage_name
    from {{ ref('stg_odoo__tracked_changes') }} as changes
    where changes.field_name = 'stage_id' and changes.old_value is not null
    group by changes.connection, changes.old_value
)

select
    connection,
    stage_id,
    payload.name as stage_name,
    payload.sequence as display_order_text,
    coalesce({{ to_flag('payload.is_won') }}, false) as is_won,
    coalesce(
        case when {{ array_size('payload.team_ids') }} = 1 then payload.team_ids[1] end, payload.team_id[1], 'default'
    ) as pipeline_id
from parsed
union all
select
    labels.connection,
    labels.stage_id,
    max(labels.stage_name) as stage_name,
    cast(null as {{ dbt.type_string() }}) as display_order_text,
    false as is_won,
    'default' as pipeline_id
from labels
left join parsed
    on
        labels.connection = parsed.connection
        and labels.stage_id = parsed.stage_id
where parsed.stage_id is null
group by labels.connection, labels.stage_id
