{{ config(materialized='view') }}

with changes as (

    select
        changes.*,
        deals.connection as account
    from {{ ref('int_field_changes') }} as changes
    inner join {{ ref('int_judged_deals') }} as deals on changes.deal_key = deals.deal_key
    where
        changes.field = 'owner'
        and changes.changed_at is not null
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

followed as (

    select
        account,
        deal_key,
        value as owner_id,
        changed_at,
        lead(changed_at) over (partition by deal_key order by changed_at, change_id) as next_at,
        lead(value) over (partition by deal_key order by changed_at, change_id) as next_owner_id,
        lead(source) over (partition by deal_key order by changed_at, change_id) as next_source
    from changes

),

-- a snapshot that shows another owner does not say since when: between the two readings it was either
final as (

    select
        followed.deal_key,
        followed.changed_at as held_from,
        coalesce(followed.next_at, cast('9999-12-31' as timestamp)) as held_to,
        owners.owner_key,
        owners.email,
        owners.crm_team
    from followed
    inner join {{ ref('int_owners') }} as owners
        on followed.account = owners.connection and followed.owner_id = owners.owner_id
    where
        coalesce(followed.next_at > followed.changed_at, true)
        and (coalesce(followed.next_source, '') <> 'snapshot' or followed.next_owner_id = followed.owner_id)

)

select * from final
