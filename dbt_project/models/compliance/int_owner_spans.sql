{{ config(materialized='view') }}

with changes as (

    select
        changes.deal_key,
        changes.change_id,
        changes.value,
        changes.source,
        deals.connection as account,
        -- on a day without a time it was changed somewhere in it
        coalesce(calendar.day_start_utc, changes.changed_at) as changed_from,
        coalesce(calendar.day_end_utc, changes.changed_at) as held_from
    from {{ ref('int_field_changes') }} as changes
    inner join {{ ref('int_judged_deals') }} as deals on changes.deal_key = deals.deal_key
    left join {{ source('reference', 'calendar') }} as calendar
        on changes.precision = 'day' and cast(changes.changed_at as date) = calendar.day
    where
        changes.field = 'owner'
        and coalesce(calendar.day_start_utc, changes.changed_at) <= deals.judged_at
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

followed as (

    select
        account,
        deal_key,
        value as owner_id,
        held_from,
        lead(changed_from) over in_order as next_at,
        lead(value) over in_order as next_owner_id,
        lead(source) over in_order as next_source
    from changes
    window in_order as (partition by deal_key order by changed_from, change_id)

),

-- a snapshot that shows another owner does not say since when: between the two readings it was either
final as (

    select
        followed.deal_key,
        followed.held_from,
        coalesce(followed.next_at, cast('9999-12-31' as timestamp)) as held_to,
        owners.owner_key,
        owners.email,
        owners.crm_team
    from followed
    inner join {{ ref('int_owners') }} as owners
        on followed.account = owners.connection and followed.owner_id = owners.owner_id
    where
        coalesce(followed.next_at > followed.held_from, true)
        and (coalesce(followed.next_source, '') <> 'snapshot' or followed.next_owner_id = followed.owner_id)

)

select * from final
