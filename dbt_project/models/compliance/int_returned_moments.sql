{{ config(materialized='view') }}

with moments as (

    select * from {{ ref('int_tied_moments') }}

),

changes as (

    select * from {{ ref('int_dated_changes') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

followed as (

    select
        moments.*,
        lag(furthest_stage_id, 1) over in_order as before_1,
        lag(furthest_stage_id, 2) over in_order as before_2,
        lag(furthest_stage_id, 3) over in_order as before_3
    from moments
    window in_order as (partition by deal_key order by entered_at)

),

-- in which of the three moments before the deal came into a stage that it enters again now
entered as (

    select
        followed.deal_key,
        followed.entered_at,
        followed.has_several and not followed.is_vague as is_readable,
        followed.is_last and followed.present_stage_id is not null as is_settled,
        followed.present_stage_id,
        max(followed.before_1) as before_1,
        max(followed.before_2) as before_2,
        max(followed.before_3) as before_3,
        max(case when changes.stage_id = followed.before_1 then 1 else 0 end) = 1 as in_1,
        max(case when changes.stage_id = followed.before_2 then 1 else 0 end) = 1 as in_2,
        max(case when changes.stage_id = followed.before_3 then 1 else 0 end) = 1 as in_3
    from followed
    inner join changes on followed.deal_key = changes.deal_key and followed.entered_at = changes.entered_at
    inner join deals on followed.deal_key = deals.deal_key
    where not coalesce(changes.recorded_at > deals.judged_at, false)
    group by
        followed.deal_key, followed.entered_at, followed.has_several, followed.is_vague, followed.is_last,
        followed.present_stage_id

),

-- where the deal stood depends on whether it had come back in the moment before as well
once as (

    select
        entered.*,
        coalesce(lag(is_readable and in_1) over in_order, false) as perhaps_before
    from entered
    window in_order as (partition by deal_key order by entered_at)

),

twice as (

    select
        once.*,
        is_readable and case when perhaps_before then in_2 else in_1 end as perhaps
    from once

),

stood as (

    select
        twice.*,
        case
            when not coalesce(lag(perhaps, 1) over in_order, false) then before_1
            when not coalesce(lag(perhaps, 2) over in_order, false) then before_2
            else before_3
        end as stage_id_before,
        case
            when not coalesce(lag(perhaps, 1) over in_order, false) then in_1
            when not coalesce(lag(perhaps, 2) over in_order, false) then in_2
            else in_3
        end as is_entered_again
    from twice
    window in_order as (partition by deal_key order by entered_at)

),

-- a deal that enters its own stage had left it: all within the moment, so it never moved; unless the CRM says that it
-- stands in the other stage since then
final as (

    select
        deal_key,
        entered_at
    from stood
    where is_readable and is_entered_again and not (is_settled and present_stage_id <> stage_id_before)

)

select * from final
