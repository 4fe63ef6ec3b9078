with visits as (

    select * from {{ ref('int_visits') }}
    where precision <> 'order'

),

changes as (

    select changes.*
    from {{ ref('int_field_changes') }} as changes
    inner join {{ ref('int_judged_deals') }} as deals on changes.deal_key = deals.deal_key
    where
        changes.field = 'owner'
        and changes.changed_at is not null
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

owners as (

    select * from {{ ref('int_owners') }}

),

teams as (

    select * from {{ source('reference', 'teams') }}
    where team is not null

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

followed as (

    select
        deal_key,
        value as owner_id,
        changed_at,
        lead(changed_at) over (partition by deal_key order by changed_at, change_id) as next_at,
        lead(value) over (partition by deal_key order by changed_at, change_id) as next_owner_id,
        lead(source) over (partition by deal_key order by changed_at, change_id) as next_source
    from changes

),

-- a snapshot that shows another owner does not say since when: between the two readings it was either
held as (

    select
        visits.deal_key,
        visits.visit_no,
        {{ local_date('visits.entered_at', 'settings.time_zone') }} as day,
        owners.owner_key,
        owners.email,
        owners.crm_team
    from visits
    cross join settings
    inner join followed
        on
            visits.deal_key = followed.deal_key
            and visits.entered_at >= followed.changed_at
            and visits.entered_at < coalesce(followed.next_at, cast('9999-12-31' as timestamp))
    inner join owners on visits.connection = owners.connection and followed.owner_id = owners.owner_id
    where coalesce(followed.next_source, '') <> 'snapshot' or followed.next_owner_id = followed.owner_id

),

final as (

    select
        visits.deal_key,
        visits.visit_no,
        visits.actor_id as moved_by,
        movers.owner_key as moved_by_owner_key,
        visits.actor_kind as moved_by_kind,
        held.owner_key,
        lower(trim(coalesce(teams.team, held.crm_team))) as team_key
    from visits
    left join {{ ref('int_movers') }} as movers
        on visits.connection = movers.connection and visits.actor_id = movers.actor_id
    left join held on visits.deal_key = held.deal_key and visits.visit_no = held.visit_no
    left join teams
        on
            held.email = teams.email
            and held.day >= teams.valid_from
            and held.day <= coalesce(teams.valid_to, cast('9999-12-31' as date))

)

select * from final
