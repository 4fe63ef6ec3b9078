{# A deal without any dated change has one entry: it stood in its current stage when it was last changed. #}
with dated as (
    {{ union_crms('stage_changes', [
        'connection', 'deal_id', 'change_id', 'pipeline_id', 'stage_id', 'entered_at', 'recorded_at', 'source',
        'precision', 'actor_id', 'actor_kind'
    ]) }}
),

deals as (
    {{ union_crms('deals', ['connection', 'deal_id', 'pipeline_id', 'stage_id', 'created_at', 'modified_at']) }}
),

with_history as (
    select distinct
        connection,
        deal_id
    from dated
    where entered_at is not null
),

system_actors as (
    select distinct
        connection,
        actor_id
    from {{ source('reference', 'system_actors') }}
),

snapshots as (
    select
        deals.connection,
        deals.deal_id,
        deals.deal_id || ':stage:snapshot' as change_id,
        deals.pipeline_id,
        deals.stage_id,
        coalesce(deals.modified_at, connections.judged_at, deals.created_at) as entered_at
    from deals
    left join {{ source('reference', 'connections') }} as connections
        on deals.connection = connections.connection
    left join with_history
        on
            deals.connection = with_history.connection
            and deals.deal_id = with_history.deal_id
    where deals.stage_id is not null and with_history.deal_id is null
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
        'snapshot' as source,
        'order' as precision,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'unknown' as actor_kind
    from snapshots
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
