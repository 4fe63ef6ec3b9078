select
    connection,
    deal_key,
    activity_id,
    kind,
    outcome,
    direction,
    occurred_at,
    recorded_at,
    owner_id,
    owner_key,
    contact_count,
    precision,
    started_at,
    subject,
    withdrawn_at
from {{ ref('int_told_activities') }}
where withdrawn_at is not null
