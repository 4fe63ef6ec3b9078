{# What the CRMs tell, and the present stages that their histories don't end in. #}
with dated as (
    {{ union_crms('stage_changes', [
        'connection', 'deal_id', 'change_id', 'pipeline_id', 'stage_id', 'entered_at', 'recorded_at', 'source',
        'precision', 'actor_id', 'actor_kind'
    ]) }}
),

system_actors as (
    select distinct
        connection,
        actor_id
    from {{ source('reference', 'system_actors') }}
),

changes as (
    select
        connection,
        deal_id,
        change_id,
        pipeline_id,
        stage_id,
        entered_at,
        recorded_at,
        source,
        precision,
        actor_id,
        actor_kind
    from dated
    where entered_at is not null
    union all
    select
        connection,
        deal_id,
        change_id,
        pipeline_id,
        stage_id,
        entered_at,
        cast(null as timestamp) as recorded_at,
        source,
        'order' as precision,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind
    from {{ ref('int_untold_stages') }}
)

select
    changes.connection,
    changes.connection || ':' || changes.deal_id as deal_key,
    changes.change_id,
    changes.pipeline_id,
    changes.stage_id,
    coalesce(stage_map.stage_key, 'unmapped') as stage_key,
    changes.entered_at,
    changes.recorded_at,
    changes.source,
    changes.precision,
    changes.actor_id,
    case when system_actors.actor_id is not null then 'integration' else changes.actor_kind end as actor_kind
from changes
left join {{ source('reference', 'stage_map') }} as stage_map
    on
        changes.connection = stage_map.connection
        and changes.pipeline_id = stage_map.pipeline_id
        and changes.stage_id = stage_map.stage_id
left join system_actors
    on
        changes.connection = system_actors.connection
        and changes.actor_id = system_actors.actor_id
