{# A row of the history is a change of stage only where the stage differs from the row before. #}
with changes as (
    select
        *,
        is_creation or not is_first or stage_id_before <> stage_id as is_dated
    from {{ ref('stg_salesforce__history') }}
    where
        stage_id is not null
        and (
            is_creation
            or (is_first and stage_id_before is distinct from stage_id)
            or (not is_first and previous_stage_id is distinct from stage_id)
        )
),

deals as (
    select
        connection,
        deal_id,
        pipeline_id
    from {{ ref('stg_salesforce__deal_records') }}
)

select
    changes.connection,
    changes.deal_id,
    changes.deal_id || ':stage:' || cast(changes.changed_at as {{ dbt.type_string() }}) || ':' || changes.history_id
        as change_id,
    coalesce(deals.pipeline_id, 'default') as pipeline_id,
    changes.stage_id,
    changes.changed_at as entered_at,
    changes.changed_at as recorded_at,
    case when coalesce(changes.is_dated, false) then 'history' else 'inferred' end as source,
    case when coalesce(changes.is_dated, false) then 'second' else 'order' end as precision,
    changes.actor_id,
    changes.actor_kind
from changes
left join deals
    on
        changes.connection = deals.connection
        and changes.deal_id = deals.deal_id
