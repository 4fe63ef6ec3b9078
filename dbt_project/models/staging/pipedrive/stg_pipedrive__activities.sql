{# An activity took place when it was due, unless it was ticked off before. A meeting is known since it was planned, any
   other since it was ticked off. What is still to be done is planned as long as it is not overdue. E-mails are messages
   there; an activity of that type is a to-do and has no direction. #}
with activities as (
    select
        *,
        {{ to_utc('due_at_text') }} as due_at,
        {{ to_utc('done_at_text') }} as done_at,
        {{ to_utc('added_at_text') }} as added_at
    from {{ ref('stg_pipedrive__activity_records') }}
)

select
    connection,
    deal_id,
    'activity ' || activity_id as activity_id,
    kind,
    'completed' as outcome,
    cast(null as {{ dbt.type_string() }}) as direction,
    case when done_at < due_at then done_at else coalesce(due_at, done_at) end as occurred_at,
    case when kind = 'meeting' then added_at else coalesce(done_at, added_at) end as recorded_at,
    owner_id,
    cast(contact_count as integer) as contact_count,
    case when is_day_only and due_at is not null and coalesce(due_at <= done_at, true) then 'day' else 'second' end
        as precision,
    cast(null as timestamp) as started_at,
    subject,
    withdrawn_at
from activities
where is_done and coalesce(due_at, done_at) is not null
union all
select
    activities.connection,
    activities.deal_id,
    'activity ' || activities.activity_id as activity_id,
    activities.kind,
    'planned' as outcome,
    cast(null as {{ dbt.type_string() }}) as direction,
    activities.due_at as occurred_at,
    activities.added_at as recorded_at,
    activities.owner_id,
    cast(activities.contact_count as integer) as contact_count,
    case when activities.is_day_only then 'day' else 'second' end as precision,
    cast(null as timestamp) as started_at,
    activities.subject,
    activities.withdrawn_at
from activities
cross join {{ source('reference', 'settings') }} as settings
left join {{ source('reference', 'connections') }} as connections
    on activities.connection = connections.connection
where not activities.is_done and {{ is_still_ahead('activities.due_at') }}
union all
select
    connection,
    deal_id,
    'mail ' || deal_id || ' ' || mail_id as activity_id,
    'email' as kind,
    cast(null as {{ dbt.type_string() }}) as outcome,
    direction,
    {{ to_utc('occurred_at_text') }} as occurred_at,
    {{ to_utc('recorded_at_text') }} as recorded_at,
    owner_id,
    cast(null as integer) as contact_count,
    case when occurred_at_text is null then 'order' else 'second' end as precision,
    cast(null as timestamp) as started_at,
    subject,
    cast(null as timestamp) as withdrawn_at
from {{ ref('stg_pipedrive__mails') }}
