with deals as (

    select * from {{ ref('int_judged_deals') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

ends as (

    select
        deal_key,
        max(case when visit_no = 1 then stage_key end) as first_stage_key,
        max(case when visit_no = 1 then entered_at end) as first_entered_at,
        max(case when visit_no = 1 then source end) as first_source,
        max(case when left_at is null then stage_key end) as current_stage_key,
        max(case when left_at is null then entered_at end) as current_since,
        max(case when left_at is null then source end) as current_source,
        min(case when stage_key = 'unmapped' then entered_at end) as first_unmapped_at
    from visits
    group by deal_key

),

final as (

    select
        deals.*,
        coalesce(ends.first_stage_key, deals.stage_key, 'unmapped') as first_stage_key,
        coalesce(ends.current_stage_key, deals.stage_key, 'unmapped') as current_stage_key,
        case when ends.current_source <> 'snapshot' then ends.current_since end as current_since,
        ends.first_unmapped_at,
        -- the history begins after the deal did: what came before its first record is not known
        coalesce(
            ends.first_source = 'snapshot'
            or ends.first_entered_at
            > {{ add_seconds('deals.created_at', var('creation_tolerance_seconds', 60)) }},
            ends.first_source is null
        ) as is_truncated,
        case
            when coalesce(ends.current_stage_key, deals.stage_key) in ('won', 'lost')
                then coalesce(ends.current_stage_key, deals.stage_key)
            else 'open'
        end as status
    from deals
    left join ends on deals.deal_key = ends.deal_key

)

select * from final
