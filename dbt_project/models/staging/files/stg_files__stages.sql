{{ config(materialized='table') }}

with stages as (
    {{ file_rows('stages', [
        'pipeline_id', 'stage_id', 'stage_name', 'pipeline_name', 'display_order', 'probability', 'is_closed', 'is_won'
    ]) }}
)

select
    connection,
    coalesce(pipeline_id, 'default') as pipeline_id,
    pipeline_name,
    stage_id,
    stage_name,
    display_order as display_order_text,
    {{ to_count('display_order') }} as display_order,
    probability as probability_text,
    {{ to_ratio('probability') }} as probability,
    is_closed as is_closed_text,
    coalesce({{ to_flag('is_closed') }}, {{ to_flag('is_won') }}, false) as is_closed,
    is_won as is_won_text,
    coalesce({{ to_flag('is_won') }}, false) as is_won
from stages
where stage_id is not null and not coalesce(row_is_deleted, false)
