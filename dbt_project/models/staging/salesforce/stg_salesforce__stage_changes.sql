{# The pipeline of an entry is the record type that the deal had then. Before the first change that is told it is the
   one that this change ended; without any change it is the present one, which is certain only since record types have
   been tracked. In doubt, where it matters (another record type maps the stage elsewhere), the entry is inferred. #}
with deals as (
    select
        connection,
        deal_id,
        pipeline_id,
        modified_at,
        {{ to_utc('created_at_text') }} as created_at,
        {{ map_value('fields', "'StageName'") }} as stage_id
    from {{ ref('stg_salesforce__deal_records') }}
),

pipeline_changes as (
    select * from {{ ref('stg_salesforce__pipeline_changes') }}
),

tracked as (
    select
        connection,
        min(tracked_since) as tracked_since
    from pipeline_changes
    group by connection
),

ambiguous as (
    select
        connection,
        stage_id
    from {{ source('reference', 'stage_map') }}
    group by connection, stage_id
    having count(distinct stage_key) > 1
),

changes as (
    select
        moments.*,
        coalesce(moments.pipeline_id, first_change.old_pipeline_id, deals.pipeline_id, 'default') as pipeline_then,
        moments.pipeline_id is null
        and ambiguous.stage_id is not null
        and coalesce(greatest(moments.changed_at, deals.created_at) < tracked.tracked_since, true) as is_doubtful
    from {{ ref('stg_salesforce__stage_moments') }} as moments
    left join deals
        on
            moments.connection = deals.connection
            and moments.deal_id = deals.deal_id
    left join pipeline_changes as first_change
        on
            moments.connection = first_change.connection
            and moments.deal_id = first_change.deal_id
            and first_change.place = 1
    left join tracked on moments.connection = tracked.connection
    left join ambiguous
        on
            moments.connection = ambiguous.connection
            and moments.stage_id = ambiguous.stage_id
)

select
    connection,
    deal_id,
    deal_id || ':stage:' || cast(changed_at as {{ dbt.type_string() }}) || ':' || history_id as change_id,
    pipeline_then as pipeline_id,
    stage_id,
    changed_at as entered_at,
    changed_at as recorded_at,
    case when is_dated and not is_doubtful then 'history' else 'inferred' end as source,
    case when is_dated then 'second' else 'order' end as precision,
    actor_id,
    actor_kind
from changes
union all
{# Tracking was switched off since: the present record type came later than its history tells. #}
select
    deals.connection,
    deals.deal_id,
    deals.deal_id || ':stage:' || cast(deals.modified_at as {{ dbt.type_string() }}) || ':pipeline' as change_id,
    deals.pipeline_id,
    deals.stage_id,
    deals.modified_at as entered_at,
    cast(null as timestamp) as recorded_at,
    'inferred' as source,
    'order' as precision,
    cast(null as {{ dbt.type_string() }}) as actor_id,
    'unknown' as actor_kind
from deals
inner join pipeline_changes as last_change
    on
        deals.connection = last_change.connection
        and deals.deal_id = last_change.deal_id
        and last_change.place_from_newest = 1
        and deals.pipeline_id <> last_change.pipeline_id
        and deals.modified_at >= last_change.changed_at
where deals.stage_id is not null
