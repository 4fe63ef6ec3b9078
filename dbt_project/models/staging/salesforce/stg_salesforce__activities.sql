with activities as (
    select
        *,
        {{ to_utc('occurred_at_text') }} as occurred_at
    from {{ ref('stg_salesforce__activity_records') }}
    where not is_deleted
)

select
    connection,
    deal_id,
    object || ' ' || activity_id as activity_id,
    kind,
    outcome,
    direction,
    case when not was_done_before then occurred_at end as occurred_at,
    {{ to_utc('recorded_at_text') }} as recorded_at,
    owner_id,
    {{ to_small_count('contact_count_text') }} as contact_count,
    case
        when was_done_before then 'order'
        when length(occurred_at_text) = 10 then 'day'
        else 'exact'
    end as precision,
    cast(null as timestamp) as started_at,
    subject,
    withdrawn_at
from activities
where occurred_at is not null and substr(deal_id, 1, 3) = '006'
