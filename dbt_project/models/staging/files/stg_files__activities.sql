with activities as (
    select
        *,
        {{ to_utc('occurred_at') }} as occurred_at_utc
    from {{ ref('stg_files__activity_records') }}
    where not coalesce(row_is_deleted, false) and not coalesce({{ to_flag('is_deleted') }}, false)
)

select
    connection,
    deal_id,
    activity_id,
    kind,
    lower(outcome) as outcome,
    case
        when lower(direction) in ('in', 'inbound', 'incoming') then 'in'
        when lower(direction) in ('out', 'outbound', 'outgoing') then 'out'
    end as direction,
    occurred_at_utc as occurred_at,
    {{ to_utc('recorded_at') }} as recorded_at,
    owner_id,
    {{ to_small_count('contact_count') }} as contact_count,
    case when length(occurred_at) = 10 then 'day' else 'exact' end as precision,
    {{ to_utc('started_at') }} as started_at,
    subject,
    withdrawn_at
from activities
where deal_id is not null and occurred_at_utc is not null
