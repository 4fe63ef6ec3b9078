{{ config(materialized='table') }}

{# What a stage was at some time: by each of our readings of its pipeline, and by HubSpot's own audit of what was done
   to pipelines and stages. `reading` counts our readings back from the last one; an audit has none. #}
{% set stage = {
    'id': 'text', 'label': 'text', 'displayOrder': 'text', 'metadata': {'probability': 'text', 'isClosed': 'text'}
} %}
{% set done = {'timestamp': 'text', 'rawObject': dict(stage, stages=[stage])} %}

with readings as (
    select
        connection,
        id as pipeline_id,
        {{ naive_utc('extracted_at') }} as told_at,
        row_number() over (partition by connection, id order by extracted_at desc, seq desc) as reading,
        {{ parse_json('payload', {'label': 'text', 'stages': [stage]}) }} as payload
    from {{ source('lake', 'hubspot__pipelines') }}
    where kind = 'record'
),

audits as (
    select
        connection,
        {{ parse_json('payload', {'pipelineId': 'text', 'stageId': 'text', 'results': [done]}) }} as payload
    from ({{ latest_records(source('lake', 'hubspot__pipeline_audits')) }}) as latest
),

actions as (
    select
        connection,
        payload.pipelineid as pipeline_id,
        payload.stageid as stage_id,
        {{ unnest_array('payload.results', 'action', 'place') }}
    from audits
),

listed as (
    select
        connection,
        pipeline_id,
        told_at,
        reading,
        payload.label as pipeline_name,
        {{ unnest_array('payload.stages', 'stage', 'place') }}
    from readings
    union all
    select
        connection,
        pipeline_id,
        {{ to_utc('action.timestamp') }} as told_at,
        cast(null as bigint) as reading,
        action.rawobject.label as pipeline_name,
        {{ unnest_array('action.rawobject.stages', 'stage', 'place') }}
    from actions
    where stage_id is null
),

versions as (
    select
        connection,
        pipeline_id,
        pipeline_name,
        told_at,
        reading,
        stage.id as stage_id,
        stage.label as stage_name,
        stage.displayorder as display_order_text,
        stage.metadata.probability as probability_text,
        stage.metadata.isclosed as is_closed_text
    from listed
    union all
    select
        connection,
        pipeline_id,
        cast(null as {{ dbt.type_string() }}) as pipeline_name,
        {{ to_utc('action.timestamp') }} as told_at,
        cast(null as bigint) as reading,
        stage_id,
        action.rawobject.label as stage_name,
        action.rawobject.displayorder as display_order_text,
        action.rawobject.metadata.probability as probability_text,
        action.rawobject.metadata.isclosed as is_closed_text
    from actions
    where stage_id is not null
)

select * from versions
where stage_id is not null
