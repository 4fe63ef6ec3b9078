with paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged and status = 'open'

),

amounts as (

    select
        changes.deal_key,
        max(changes.changed_at) as changed_at
    from {{ ref('int_field_changes') }} as changes
    inner join paths on changes.deal_key = paths.deal_key
    where
        changes.field = 'amount'
        and changes.changed_at <= paths.judged_at
        and not coalesce(changes.recorded_at > paths.judged_at, false)
    group by changes.deal_key

),

-- how many activities each owner has logged at all, and what is planned in each account: others keep them elsewhere
logged as (

    select
        activities.connection,
        activities.owner_key,
        count(distinct activities.activity_id) as activities
    from {{ ref('int_activities') }} as activities
    inner join {{ source('reference', 'connections') }} as connections
        on activities.connection = connections.connection and activities.owner_key is not null
    where
        activities.occurred_at <= connections.judged_at
        and not coalesce(activities.recorded_at > connections.judged_at, false)
        and coalesce(activities.outcome, '') <> 'planned'
    group by activities.connection, activities.owner_key

),

plans as (

    select
        activities.connection,
        count(*) as planned
    from {{ ref('int_activities') }} as activities
    inner join {{ source('reference', 'connections') }} as connections
        on activities.connection = connections.connection
    where
        activities.occurred_at > connections.judged_at
        and not coalesce(activities.recorded_at > connections.judged_at, false)
    group by activities.connection

),

covered as (

    select
        connection,
        max(case when object = 'activities' then coalesce(covered_from, cast('0001-01-01' as timestamp)) end)
            as contacts_from,
        max(case when object = 'planned_activities' then 1 else 0 end) = 1 as has_plans,
        max(case when object = 'field_changes' then coalesce(covered_from, cast('0001-01-01' as timestamp)) end)
            as changes_from
    from {{ source('reference', 'coverage') }}
    group by connection

),

absent as (

    select
        connection,
        max(case when field = 'amount' then 1 else 0 end) = 1 as is_amount,
        max(case when field = 'close_date' then 1 else 0 end) = 1 as is_close_date
    from {{ source('reference', 'absent_fields') }}
    group by connection

),

final as (

    select
        paths.connection,
        paths.deal_key,
        paths.deal_type,
        paths.current_stage_key as stage_key,
        paths.judged_at,
        {{ local_date('paths.judged_at', 'settings.time_zone') }} as today,
        coalesce(paths.created_at, paths.current_since) as began_at,
        deals.close_date,
        deals.amount,
        coalesce(amounts.changed_at, paths.created_at) as amount_since,
        dealings.next_activity_at,
        dealings.last_activity_at,
        dealings.last_contact_at,
        coalesce(dealings.has_undated_contact, false) as has_undated_contact,
        covered.contacts_from,
        coalesce(covered.has_plans and plans.planned > 0, false) as are_plans_known,
        covered.changes_from is not null as are_changes_known,
        covered.changes_from <= coalesce(paths.created_at, cast('0001-01-01' as timestamp)) as are_all_changes_known,
        coalesce(absent.is_amount, false) as is_amount_hidden,
        coalesce(absent.is_close_date, false) as is_close_date_hidden,
        coalesce(logged.activities, 0) >= settings.logging_min_activities as logs_enough
    from paths
    cross join {{ source('reference', 'settings') }} as settings
    inner join {{ ref('int_deals') }} as deals on paths.deal_key = deals.deal_key
    left join {{ ref('int_dealings') }} as dealings on paths.deal_key = dealings.deal_key
    left join amounts on paths.deal_key = amounts.deal_key
    left join logged on paths.connection = logged.connection and paths.owner_key = logged.owner_key
    left join plans on paths.connection = plans.connection
    left join covered on paths.connection = covered.connection
    left join absent on paths.connection = absent.connection

)

select * from final
