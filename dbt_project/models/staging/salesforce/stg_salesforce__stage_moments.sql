{{ config(materialized='table') }}

{# When a deal came into a stage or, in the same stage, into another record type: one line of time. A row of the stages'
   history is a change of stage only where the stage differs from the row before. Within one second nothing tells which
   came first: a stage counts in the record type that the second left behind. #}
with told as (
    select
        connection,
        deal_id,
        history_id,
        changed_at,
        actor_id,
        actor_kind,
        stage_id,
        cast(null as {{ dbt.type_string() }}) as pipeline_id,
        is_creation or not is_first or stage_id_before <> stage_id as is_dated,
        1 as stage_changes
    from {{ ref('stg_salesforce__history') }}
    where
        stage_id is not null
        and (
            is_creation
            or (is_first and stage_id_before is distinct from stage_id)
            or (not is_first and previous_stage_id is distinct from stage_id)
        )
    union all
    select
        connection,
        deal_id,
        history_id,
        changed_at,
        actor_id,
        actor_kind,
        cast(null as {{ dbt.type_string() }}) as stage_id,
        pipeline_id,
        true as is_dated,
        0 as stage_changes
    from {{ ref('stg_salesforce__pipeline_changes') }}
),

in_time as (
    select
        *,
        count(stage_id) over so_far as stage_no,
        count(pipeline_id) over so_far as pipeline_no,
        sum(stage_changes) over (partition by connection, deal_id, changed_at) as stages_at_once,
        row_number() over (
            partition by connection, deal_id, changed_at, stage_changes
            order by history_id desc
        ) as place_at_once
    from told
    window so_far as (
        partition by connection, deal_id
        order by changed_at nulls last, stage_changes, history_id
        rows between unbounded preceding and current row
    )
),

standing as (
    select
        *,
        max(stage_id) over (partition by connection, deal_id, stage_no) as stage_then,
        max(pipeline_id) over (partition by connection, deal_id, pipeline_no) as pipeline_then
    from in_time
)

select
    connection,
    deal_id,
    history_id,
    stage_then as stage_id,
    pipeline_then as pipeline_id,
    changed_at,
    coalesce(is_dated, false) as is_dated,
    actor_id,
    actor_kind
from standing
where
    stage_changes = 1
    or (stages_at_once = 0 and place_at_once = 1 and stage_then is not null)
