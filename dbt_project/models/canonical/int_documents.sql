with documents as (
    {{ union_crms('documents', [
        'connection', 'deal_id', 'document_id', 'kind', 'status', 'occurred_at', 'recorded_at'
    ]) }}
)

select
    connection,
    connection || ':' || deal_id as deal_key,
    document_id,
    kind,
    status,
    occurred_at,
    recorded_at
from documents
where occurred_at is not null
