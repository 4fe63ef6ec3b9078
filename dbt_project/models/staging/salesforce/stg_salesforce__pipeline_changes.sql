{{ config(materialized='table') }}

{# Changes of record type, each with the record type before: both as the deals themselves name them, since the history
   may tell the short form of an id. #}
with history as (
    select
        *,
        substr(old_value, 1, 15) as old_short_id,
        substr(value, 1, 15) as short_id
    from {{ ref('stg_salesforce__field_history') }}
    where native_field = 'RecordTypeId' and changed_at is not null
),

record_types as (
    select distinct
        connection,
        pipeline_id,
        substr(pipeline_id, 1, 15) as short_id
    from {{ ref('stg_salesforce__stages') }}
)

select
    history.connection,
    history.deal_id,
    history.history_id,
    {{ salesforce_pipeline('coalesce(old_types.pipeline_id, history.old_value)') }} as old_pipeline_id,
    {{ salesforce_pipeline('coalesce(record_types.pipeline_id, history.value)') }} as pipeline_id,
    history.changed_at,
    history.actor_id,
    history.actor_kind,
    history.place,
    history.place_from_newest,
    history.tracked_since
from history
left join record_types as old_types
    on
        history.connection = old_types.connection
        and history.old_short_id = old_types.short_id
left join record_types
    on
        history.connection = record_types.connection
        and history.short_id = record_types.short_id
