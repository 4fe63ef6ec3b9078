with quotes as (
    select
        *,
        {{ to_utc('occurred_at_text') }} as occurred_at
    from {{ ref('stg_salesforce__document_records') }}
    where not is_deleted and deal_id is not null
)

select
    connection,
    deal_id,
    'quote ' || document_id as document_id,
    'quote' as kind,
    status,
    occurred_at,
    occurred_at as recorded_at,
    actor_id
from quotes
