{{ config(materialized='table') }}

{% set stage = {
    'id': 'text', 'label': 'text', 'displayOrder': 'text', 'metadata': {'probability': 'text', 'isClosed': 'text'}
} %}

with latest as (
    {{ latest_records(source('lake', 'hubspot__pipelines')) }}
),

parsed as (
    select
        connection,
        id as pipeline_id,
        {{ parse_json('payload', {'label': 'text', 'stages': [stage]}) }} as payload
    from latest
),

stages as (
    select
        connection,
        pipeline_id,
        payload.label as pipeline_name,
        {{ unnest_array('payload.stages', 'stage', 'place') }}
    from parsed
)

select
    connection,
    pipeline_id,
    pipeline_name,
    stage.id as stage_id,
    stage.label as stage_name,
    stage.displayorder as display_order_text,
    {{ to_count('stage.displayorder') }} as display_order,
    stage.metadata.probability as probability_text,
    {{ to_ratio('stage.metadata.probability') }} as probability,
    stage.metadata.isclosed as is_closed_text,
    coalesce({{ to_flag('stage.metadata.isclosed') }}, false) as is_closed,
    coalesce({{ to_flag('stage.metadata.isclosed') }} and {{ to_ratio('stage.metadata.probability') }} = 1, false)
        as is_won
from stages
where stage.id is not null
