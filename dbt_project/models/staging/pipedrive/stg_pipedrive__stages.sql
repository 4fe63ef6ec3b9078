{# The stages of each pipeline, and the two outcomes, which are a status there. #}
with stages as (
    select
        connection,
        pipeline_id,
        pipeline_name,
        stage_id,
        stage_name,
        {{ to_count('display_order_text') }} as display_order,
        {{ to_ratio('probability_text') }} / 100 as probability,
        false as is_closed,
        false as is_won
    from {{ ref('stg_pipedrive__stage_records') }}
),

pipelines as (
    select
        connection,
        pipeline_id,
        pipeline_name,
        max(display_order) as last_order
    from stages
    group by connection, pipeline_id, pipeline_name
)

select * from stages
union all
select
    connection,
    pipeline_id,
    pipeline_name,
    'won' as stage_id,
    'Won' as stage_name,
    last_order + 1 as display_order,
    cast(1 as double) as probability,
    true as is_closed,
    true as is_won
from pipelines
union all
select
    connection,
    pipeline_id,
    pipeline_name,
    'lost' as stage_id,
    'Lost' as stage_name,
    last_order + 2 as display_order,
    cast(0 as double) as probability,
    true as is_closed,
    false as is_won
from pipelines
