{{ config(materialized='table') }}

{# The history of a merged deal is that of all its parents in one list. Its parts can be told apart only where every
   entry from before the merge is known from a parent's own record, read while the parent still was one. #}
with mergers as (
    select * from {{ ref('stg_hubspot__merges') }}
),

entries as (
    select
        connection,
        deal_id,
        property,
        changed_at,
        coalesce(value, '') as told,
        coalesce(source_type, '') as source_type
    from {{ ref('stg_hubspot__history_entries') }}
    where changed_at is not null and property <> 'hs_merged_object_ids'
),

survivors as (
    select
        connection,
        merged_into as deal_id,
        max(merged_at) as merged_at
    from mergers
    group by connection, merged_into
),

joint as (
    select
        survivors.connection,
        survivors.deal_id,
        entries.property,
        entries.changed_at,
        entries.told
    from survivors
    inner join entries
        on
            survivors.connection = entries.connection
            and survivors.deal_id = entries.deal_id
            and survivors.merged_at > entries.changed_at
    where entries.source_type <> 'MERGE_OBJECTS'
),

known as (
    select distinct
        mergers.connection,
        mergers.merged_into as deal_id,
        entries.property,
        entries.changed_at,
        entries.told
    from mergers
    inner join entries
        on
            mergers.connection = entries.connection
            and mergers.deal_id = entries.deal_id
),

unexplained as (
    select distinct
        joint.connection,
        joint.deal_id
    from joint
    left join known
        on
            joint.connection = known.connection
            and joint.deal_id = known.deal_id
            and joint.property = known.property
            and joint.changed_at = known.changed_at
            and joint.told = known.told
    where known.deal_id is null
)

select
    survivors.connection,
    survivors.deal_id,
    survivors.merged_at,
    unexplained.deal_id is null as is_explained
from survivors
left join unexplained
    on
        survivors.connection = unexplained.connection
        and survivors.deal_id = unexplained.deal_id
