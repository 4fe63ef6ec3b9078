{{ config(materialized='table') }}

with changes as (
    {{ file_rows('stage_changes', [
        'deal_id', 'stage_id', 'entered_at', 'pipeline_id', 'recorded_at', 'actor_id', 'actor_kind', 'change_id'
    ]) }}
)

select
    connection,
    deal_id,
    coalesce(change_id, row_id) as change_id,
    coalesce(pipeline_id, 'default') as pipeline_id,
    stage_id,
    entered_at as entered_at_text,
    {{ to_utc('entered_at') }} as entered_at,
    recorded_at as recorded_at_text,
    coalesce({{ to_utc('recorded_at') }}, {{ to_utc('entered_at') }}) as recorded_at,
    'history' as source,
    case when length(entered_at) = 10 then 'day' else 'exact' end as precision,
    actor_id,
    {{ known_actor_kind('actor_kind') }} as actor_kind
from changes
where deal_id is not null and stage_id is not null and not coalesce(row_is_deleted, false)
