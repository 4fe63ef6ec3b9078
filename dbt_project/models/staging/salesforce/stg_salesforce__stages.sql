{{ config(materialized='table') }}

{# All record types share one list of stages; which of them a record type's sales process uses isn't told, so each has
   them all. A record type that may not be read is known from its deals. #}
with stages as (
    {{ salesforce_rows('stages', 'row_id') }}
),

record_types as (
    {{ salesforce_rows('record_types', 'pipeline_id') }}
),

pipelines as (
    select distinct
        connection,
        'default' as pipeline_id
    from stages
    union
    select
        connection,
        pipeline_id
    from record_types
    union
    select
        connection,
        pipeline_id
    from {{ ref('stg_salesforce__deal_records') }}
),

told as (
    select
        connection,
        coalesce({{ map_value('fields', "'ApiName'") }}, {{ map_value('fields', "'MasterLabel'") }}) as stage_id,
        {{ map_value('fields', "'MasterLabel'") }} as stage_name,
        {{ map_value('fields', "'SortOrder'") }} as display_order_text,
        {{ map_value('fields', "'DefaultProbability'") }} as probability_text,
        {{ map_value('fields', "'IsClosed'") }} as is_closed_text,
        {{ map_value('fields', "'IsWon'") }} as is_won_text
    from stages
    where not is_deleted
)

select
    told.connection,
    pipelines.pipeline_id,
    coalesce({{ map_value('record_types.fields', "'Name'") }}, pipelines.pipeline_id) as pipeline_name,
    told.stage_id,
    told.stage_name,
    told.display_order_text,
    {{ to_count('told.display_order_text') }} as display_order,
    told.probability_text,
    {{ to_ratio('told.probability_text') }} / 100 as probability,
    told.is_closed_text,
    coalesce({{ to_flag('told.is_closed_text') }}, false) as is_closed,
    coalesce({{ to_flag('told.is_won_text') }}, false) as is_won
from told
inner join pipelines
    on told.connection = pipelines.connection
left join record_types
    on
        pipelines.connection = record_types.connection
        and pipelines.pipeline_id = record_types.pipeline_id
where told.stage_id is not null
