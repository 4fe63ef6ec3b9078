with stages as (
    {{ union_crms('stages', [
        'connection', 'pipeline_id', 'pipeline_name', 'stage_id', 'stage_name', 'display_order', 'probability',
        'is_closed', 'is_won'
    ]) }}
),

stage_map as (
    select * from {{ source('reference', 'stage_map') }}
)

select
    stages.connection,
    stages.pipeline_id,
    stages.pipeline_name,
    stages.stage_id,
    stages.stage_name,
    stages.display_order,
    stages.probability,
    stages.is_closed,
    stages.is_won,
    coalesce(stage_map.stage_key, 'unmapped') as stage_key
from stages
left join stage_map
    on
        stages.connection = stage_map.connection
        and stages.pipeline_id = stage_map.pipeline_id
        and stages.stage_id = stage_map.stage_id
