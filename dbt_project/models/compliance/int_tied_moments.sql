{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_stage_changes') }}

),

deals as (

    select * from {{ ref('int_deals') }}

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
        max(case when changes.precision = 'order' then 1 else 0 end) = 1 as is_order,
        max(case when changes.stage_id = deals.stage_id then changes.stage_id end) as present_stage_id,
        max(case when changes.stage_id = deals.stage_id then changes.stage_key end) as present_stage_key
    from changes
    inner join tied on changes.deal_key = tied.deal_key
    left join deals on changes.deal_key = deals.deal_key
    group by changes.deal_key, changes.entered_at

),

-- a moment's own order is not kept by the CRMs, so only what came before it in one stage is known to have ended there
final as (

    select
        moments.*,
        lag(case when not has_several then one_stage_id end) over (partition by deal_key order by entered_at)
            as stage_id_before,
        lead(entered_at) over (partition by deal_key order by entered_at) is null as is_last
    from moments

)

select * from final
