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

moments as (

    select
        deal_key,
        entered_at,
        min(stage_id) as one_stage_id,
        count(distinct stage_id) as stages,
        max(case when precision in ('day', 'order') then 1 else 0 end) as is_vague,
        max(entered_at) over (partition by deal_key) as last_entered_at
    from changes
    group by deal_key, entered_at

),

-- a moment's own order is not kept by the CRMs, so only what came before it in one stage is known to have ended there
before as (

    select
        moments.*,
        lag(case when stages = 1 then one_stage_id end) over (partition by deal_key order by entered_at)
            as stage_id_before
    from moments

),

-- a deal that enters its own stage had left it: all within the moment, so it never moved
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
    where before.stages > 1 and before.is_vague = 0

),

-- what lies beyond the stage in which the deal stands since its last moment was taken back within that moment
presents as (

    select distinct
        before.deal_key,
        before.entered_at,
        changes.stage_key
    from before
    inner join deals on before.deal_key = deals.deal_key
    inner join changes
        on
            before.deal_key = changes.deal_key
            and before.entered_at = changes.entered_at
            and deals.stage_id = changes.stage_id
    where before.stages > 1 and before.is_vague = 0 and before.entered_at = before.last_entered_at

),

undone as (

    select distinct
        presents.deal_key,
        presents.entered_at,
        beyond.stage_key
    from presents
    inner join positions as ends on presents.stage_key = ends.stage_key
    inner join positions as beyond on ends.version = beyond.version and ends.position < beyond.position

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
