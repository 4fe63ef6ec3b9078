{# A deal is in its stage while it is open, else in `won` or `lost`. It began in the old stage of its first change;
   without a change in the present one, unless Pipedrive says that there was one which the changelog does not tell. #}
with deals as (
    select
        records.*,
        starts.value as first_stage_id,
        coalesce(starts.has_changes, false) as has_moved,
        coalesce(case when states.has_changes then states.value end, 'open') as first_status,
        coalesce(states.has_changes, false) as has_closed,
        coalesce({{ to_utc('records.closed_at_text') }} <= records.created_at, false) as was_born_closed
    from {{ ref('stg_pipedrive__deal_records') }} as records
    left join {{ ref('stg_pipedrive__field_starts') }} as starts
        on
            records.connection = starts.connection
            and records.deal_id = starts.deal_id
            and starts.native_field = 'stage_id'
    left join {{ ref('stg_pipedrive__field_starts') }} as states
        on
            records.connection = states.connection
            and records.deal_id = states.deal_id
            and states.native_field = 'status'
),

starts as (
    select
        connection,
        deal_id,
        created_at as changed_at,
        -1 as place,
        'stage_id' as native_field,
        {# An open deal that never moved needs no changelog to prove it. #}
        case
            when has_moved then first_stage_id
            when stage_changed_at is null and (status = 'open' or has_closed or was_born_closed) then stage_id
        end as value,
        creator_id as actor_id,
        creator_kind as actor_kind
    from deals
    union all
    select
        connection,
        deal_id,
        created_at as changed_at,
        0 as place,
        'status' as native_field,
        case when was_born_closed and not has_closed then status else first_status end as value,
        creator_id as actor_id,
        creator_kind as actor_kind
    from deals
),

events as (
    select * from starts
    where value is not null
    union all
    select
        connection,
        deal_id,
        changed_at,
        place,
        native_field,
        value,
        actor_id,
        actor_kind
    from {{ ref('stg_pipedrive__changelog') }}
    where
        changed_at is not null and value is not null
        and (native_field = 'stage_id' or (native_field = 'status' and value in ('open', 'won', 'lost')))
),

{{ pipedrive_stage_walk('events', 'walked') }}

owning_pipelines as (
    select
        connection,
        stage_id,
        max(pipeline_id) as pipeline_id
    from {{ ref('stg_pipedrive__stage_records') }}
    group by connection, stage_id
)

select
    walked.connection,
    walked.deal_id,
    walked.deal_id || ':stage:' || cast(walked.changed_at as {{ dbt.type_string() }}) || ':'
    || lpad(cast(walked.order_no + 2 as {{ dbt.type_string() }}), 6, '0') as change_id,
    coalesce(owning_pipelines.pipeline_id, deals.pipeline_id) as pipeline_id,
    walked.stage_id,
    walked.changed_at as entered_at,
    walked.changed_at as recorded_at,
    'history' as source,
    'second' as precision,
    walked.actor_id,
    walked.actor_kind
from walked
inner join deals
    on
        walked.connection = deals.connection
        and walked.deal_id = deals.deal_id
left join owning_pipelines
    on
        walked.connection = owning_pipelines.connection
        and walked.open_stage_id = owning_pipelines.stage_id
