{{ config(materialized='table') }}

with latest_stages as (
    {{ latest_records(source('lake', 'pipedrive__stages')) }}
),

latest_pipelines as (
    {{ latest_records(source('lake', 'pipedrive__pipelines')) }}
),

stages as (
    select
        connection,
        id as stage_id,
        {{ parse_json('payload', {
            'pipeline_id': 'text', 'name': 'text', 'order_nr': 'text', 'deal_probability': 'text'
        }) }} as payload
    from latest_stages
),

pipelines as (
    select
        connection,
        id as pipeline_id,
        {{ parse_json('payload', {'name': 'text', 'is_deal_probability_enabled': 'text'}) }} as payload
    from latest_pipelines
)

select
    pipelines.connection,
    pipelines.pipeline_id,
    pipelines.payload.name as pipeline_name,
    stages.stage_id,
    stages.payload.name as stage_name,
    stages.payload.order_nr as display_order_text,
    case when pipelines.payload.is_deal_probability_enabled = 'true' then stages.payload.deal_probability end
        as probability_text
from pipelines
inner join stages
    on
        pipelines.connection = stages.connection
        and pipelines.pipeline_id = stages.payload.pipeline_id
