{{ config(materialized='table') }}

{# A stage that was deleted keeps the name and place that it had last, since deals have been in it. #}
with versions as (
    select
        *,
        row_number() over (
            partition by connection, pipeline_id, stage_id
            order by told_at desc nulls last, reading asc nulls last
        ) as age,
        min(reading) over (partition by connection, pipeline_id, stage_id) as last_reading
    from {{ ref('stg_hubspot__stage_versions') }}
),

pipelines as (
    select
        connection,
        pipeline_id,
        max(pipeline_name) as pipeline_name
    from versions
    where reading = 1
    group by connection, pipeline_id
)

select
    versions.connection,
    versions.pipeline_id,
    coalesce(pipelines.pipeline_name, versions.pipeline_name) as pipeline_name,
    versions.stage_id,
    versions.stage_name,
    versions.display_order_text,
    {{ to_count('versions.display_order_text') }} as display_order,
    versions.probability_text,
    {{ to_ratio('versions.probability_text') }} as probability,
    versions.is_closed_text,
    coalesce({{ to_flag('versions.is_closed_text') }}, false) as is_closed,
    coalesce({{ to_flag('versions.is_closed_text') }} and {{ to_ratio('versions.probability_text') }} = 1, false)
        as is_won,
    coalesce(versions.last_reading, 2) > 1 as is_deleted
from versions
left join pipelines
    on
        versions.connection = pipelines.connection
        and versions.pipeline_id = pipelines.pipeline_id
where versions.age = 1
