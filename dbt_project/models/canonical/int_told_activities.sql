{{ config(materialized='view') }}

with activities as (
    {{ union_crms('activities', [
        'connection', 'deal_id', 'activity_id', 'kind', 'outcome', 'direction', 'occurred_at', 'recorded_at',
        'owner_id', 'contact_count', 'precision', 'started_at', 'subject',
        'withdrawn_at'
    ]) }}
)

select
    activities.connection,
    activities.connection || ':' || activities.deal_id as deal_key,
    activities.activity_id,
    lower(activities.kind) as kind,
    activities.outcome,
    activities.direction,
    activities.occurred_at,
    activities.recorded_at,
    activities.owner_id,
    coalesce(owners.owner_key, activities.connection || ':' || activities.owner_id) as owner_key,
    activities.contact_count,
    activities.precision,
    activities.started_at,
    lower(activities.subject) as subject,
    activities.withdrawn_at
from activities
left join {{ ref('int_owners') }} as owners
    on
        activities.connection = owners.connection
        and activities.owner_id = owners.owner_id
