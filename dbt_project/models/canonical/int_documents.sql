with documents as (
    {{ union_crms('documents', [
        'connection', 'deal_id', 'document_id', 'kind', 'status', 'occurred_at', 'recorded_at', 'actor_id'
    ]) }}
)

select
    documents.connection,
    documents.connection || ':' || documents.deal_id as deal_key,
    documents.document_id,
    documents.kind,
    documents.status,
    documents.occurred_at,
    documents.recorded_at,
    documents.actor_id,
    coalesce(owners.owner_key, documents.connection || ':' || documents.actor_id) as owner_key
from documents
left join {{ ref('int_owners') }} as owners
    on
        documents.connection = owners.connection
        and documents.actor_id = owners.owner_id
