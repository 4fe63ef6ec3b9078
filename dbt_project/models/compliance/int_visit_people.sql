with visits as (

    select * from {{ ref('int_visits') }}
    where precision <> 'order'

),

teams as (

    select * from {{ source('reference', 'teams') }}
    where team is not null

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

held as (

    select
        visits.deal_key,
        visits.visit_no,
        {{ local_date('visits.entered_at', 'settings.time_zone') }} as day,
        spans.owner_key,
        spans.email,
        spans.crm_team
    from visits
    cross join settings
    left join {{ source('reference', 'calendar') }} as calendar
        on visits.precision = 'day' and visits.entered_at = calendar.day_start_utc
    -- on a day without a time it is nobody's who did not have the deal all that day
    inner join {{ ref('int_owner_spans') }} as spans
        on
            visits.deal_key = spans.deal_key
            and visits.entered_at >= spans.held_from
            and coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, visits.entered_at) < spans.held_to

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
