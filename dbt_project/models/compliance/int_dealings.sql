with activities as (

    select * from {{ ref('int_activities') }}

),

-- what came in later was not known; what was called off neither took place nor will; a date without a time lasts until
-- its day's end
dated as (

    select
        activities.deal_key,
        activities.occurred_at,
        coalesce(calendar.day_start_utc, activities.occurred_at) as begins_at,
        coalesce(calendar.day_end_utc, activities.occurred_at) as ends_at,
        coalesce(activities.outcome, '') as outcome,
        coalesce(activities.contact_count, 1) > 0 as has_contact,
        deals.judged_at
    from activities
    inner join {{ ref('int_deal_paths') }} as deals
        on activities.deal_key = deals.deal_key and deals.is_judged and deals.status = 'open'
    left join {{ source('reference', 'calendar') }} as calendar
        on activities.precision = 'day' and cast(activities.occurred_at as date) = calendar.day
    where
        not coalesce(activities.recorded_at > deals.judged_at, false)
        and coalesce(activities.outcome, '') not in ('canceled', 'cancelled', 'no_show')

),

placed as (

    select
        dated.*,
        coalesce(ends_at > judged_at, false) and outcome <> 'completed' as is_ahead,
        coalesce(begins_at <= judged_at, false) and outcome <> 'planned' as is_past
    from dated

),

final as (

    select
        deal_key,
        min(case when is_ahead then begins_at end) as next_activity_at,
        max(case when is_past then begins_at end) as last_activity_at,
        max(case when is_past and has_contact then least(ends_at, judged_at) end) as last_contact_at,
        max(case when occurred_at is null and has_contact and outcome <> 'planned' then 1 else 0 end) = 1
            as has_undated_contact
    from placed
    group by deal_key

)

select * from final
