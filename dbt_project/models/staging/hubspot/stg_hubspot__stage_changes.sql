{# A stage's id belongs to one pipeline; for a stage that has since been deleted, the pipeline that the deal was in at
   that time is taken from the pipeline's own history. #}
with history as (
    select
        *,
        case when property = 'pipeline' then 0 else 1 end as kind_order
    from {{ ref('stg_hubspot__deal_history') }}
    where property in ('dealstage', 'pipeline') and value is not null and changed_at is not null
),

spans as (
    select
        *,
        sum(1 - kind_order) over (
            partition by connection, deal_id
            order by changed_at, kind_order, place_from_oldest
            rows between unbounded preceding and current row
        ) as span_no
    from history
),

in_pipeline as (
    select
        *,
        max(case when property = 'pipeline' then value end) over (
            partition by connection, deal_id, span_no
        ) as pipeline_then
    from spans
),

owning_pipelines as (
    select
        connection,
        stage_id,
        min(pipeline_id) as pipeline_id
    from {{ ref('stg_hubspot__stages') }}
    group by connection, stage_id
    having count(distinct pipeline_id) = 1
)

select
    changes.connection,
    changes.deal_id,
    changes.deal_id || ':stage:' || cast(changes.changed_at as {{ dbt.type_string() }}) || ':'
    || lpad(cast(changes.place_from_oldest as {{ dbt.type_string() }}), 4, '0') as change_id,
    coalesce(owning_pipelines.pipeline_id, changes.pipeline_then) as pipeline_id,
    changes.value as stage_id,
    changes.changed_at as entered_at,
    changes.changed_at as recorded_at,
    {# Before a merge the moves of two deals stand in one list; whose they were is told where it is known. #}
    case when changes.is_mixed then 'inferred' else 'history' end as source,
    'exact' as precision,
    changes.actor_id,
    changes.actor_kind
from in_pipeline as changes
left join owning_pipelines
    on
        changes.connection = owning_pipelines.connection
        and changes.value = owning_pipelines.stage_id
where changes.property = 'dealstage'
