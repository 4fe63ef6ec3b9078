{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_stage_changes') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

-- most deals have no moment with two changes, and nothing to be looked for
tied as (

    select distinct deal_key from (
        select deal_key
        from changes
        group by deal_key, entered_at
        having min(stage_id) <> max(stage_id)
    ) as moments_with_several

),

moments as (

    select
        changes.deal_key,
        changes.entered_at,
        min(changes.stage_id) as one_stage_id,
        min(changes.stage_id) <> max(changes.stage_id) as has_several,
        max(case when changes.precision in ('day', 'order') then 1 else 0 end) = 1 as is_vague,
        max(case when changes.stage_id = deals.stage_id then deals.stage_id end) as present_stage_id
    from changes
    inner join tied on changes.deal_key = tied.deal_key
    left join deals on changes.deal_key = deals.deal_key
    group by changes.deal_key, changes.entered_at

),

-- a moment's own order is not kept by the CRMs, so only what came before it in one stage is known to have ended there
before as (

    select
        moments.*,
        lag(case when not has_several then one_stage_id end) over (partition by deal_key order by entered_at)
            as stage_id_before,
        lead(entered_at) over (partition by deal_key order by entered_at) is null as is_last
    from moments

),

-- a deal that enters its own stage had left it: all within the moment, so it never moved; unless the CRM says that it
-- stands in the other stage since then
returns as (

    select distinct
        before.deal_key,
        before.entered_at
    from before
    inner join changes
        on
            before.deal_key = changes.deal_key
            and before.entered_at = changes.entered_at
            and before.stage_id_before = changes.stage_id
    where
        before.has_several
        and not before.is_vague
        and not (before.is_last and coalesce(before.present_stage_id <> before.stage_id_before, false))

),

-- what lies beyond the stage in which the deal stands since its last moment was taken back within that moment
undone as (

    select distinct
        before.deal_key,
        before.entered_at,
        beyond.stage_key
    from before
    inner join deals on before.deal_key = deals.deal_key
    inner join changes
        on
            before.deal_key = changes.deal_key
            and before.entered_at = changes.entered_at
            and deals.stage_id = changes.stage_id
    inner join positions as ends on changes.stage_key = ends.stage_key
    inner join positions as beyond on ends.version = beyond.version and ends.position < beyond.position
    where before.has_several and not before.is_vague and before.is_last

),

final as (

    select changes.*
    from changes
    left join returns on changes.deal_key = returns.deal_key and changes.entered_at = returns.entered_at
    left join undone
        on
            changes.deal_key = undone.deal_key
            and changes.entered_at = undone.entered_at
            and changes.stage_key = undone.stage_key
    where returns.deal_key is null and undone.deal_key is null

)

select * from final
