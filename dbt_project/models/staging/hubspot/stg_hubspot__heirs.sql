{{ config(materialized='table') }}

{# Which parent lives on in a merged deal: HubSpot gives the new deal the values of one of them and doesn't say of
   which. It is the only parent whose last values are those that the merged deal began with. If several fit, nobody
    knows. #}
with survivors as (
    select * from {{ ref('stg_hubspot__survivors') }}
    where is_explained
),

mergers as (
    select * from {{ ref('stg_hubspot__merges') }}
),

{# A deal that was merged into another of the parents before lives on in that one, not beside it. #}
grandparents as (
    select distinct
        mergers.connection,
        mergers.deal_id,
        siblings.merged_into
    from mergers
    inner join mergers as siblings
        on
            mergers.connection = siblings.connection
            and mergers.merged_into = siblings.deal_id
),

parents as (
    select
        survivors.connection,
        survivors.deal_id,
        survivors.merged_at,
        mergers.deal_id as parent_id
    from survivors
    inner join mergers
        on
            survivors.connection = mergers.connection
            and survivors.deal_id = mergers.merged_into
    left join grandparents
        on
            mergers.connection = grandparents.connection
            and mergers.deal_id = grandparents.deal_id
            and mergers.merged_into = grandparents.merged_into
    where grandparents.deal_id is null
),

members as (
    select
        connection,
        deal_id,
        merged_at,
        parent_id as member_id
    from parents
    union all
    select
        connection,
        deal_id,
        merged_at,
        deal_id as member_id
    from survivors
),

ranked as (
    select
        members.connection,
        members.deal_id,
        members.member_id,
        entries.property,
        entries.value,
        row_number() over (
            partition by members.connection, members.deal_id, members.member_id, entries.property
            order by entries.changed_at desc, entries.place_from_oldest desc
        ) as place
    from members
    inner join {{ ref('stg_hubspot__history_entries') }} as entries
        on
            members.connection = entries.connection
            and members.member_id = entries.deal_id
            and members.merged_at >= entries.changed_at
    where entries.property in ('dealstage', 'pipeline', 'amount', 'closedate', 'hubspot_owner_id')
),

fitting as (
    select
        ours.connection,
        ours.deal_id,
        ours.member_id as parent_id
    from ranked as ours
    left join ranked as merged
        on
            ours.connection = merged.connection
            and ours.deal_id = merged.deal_id
            and ours.deal_id = merged.member_id
            and ours.property = merged.property
            and merged.place = 1
    where ours.place = 1 and ours.value is not null and ours.member_id <> ours.deal_id
    group by ours.connection, ours.deal_id, ours.member_id
    having
        count(*) = sum(case when ours.value = merged.value then 1 else 0 end)
        and max(case when ours.property = 'dealstage' then 1 else 0 end) = 1
)

select
    connection,
    deal_id,
    min(parent_id) as parent_id
from fitting
group by connection, deal_id
having count(*) = 1
