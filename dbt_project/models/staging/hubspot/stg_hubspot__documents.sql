with documents as (
    select
        *,
        {{ to_utc('occurred_at_text') }} as occurred_at
    from {{ ref('stg_hubspot__document_records') }}
    where not is_deleted
),

associations as (
    select * from {{ ref('stg_hubspot__associations') }}
    where from_object = 'deals'
)

select distinct
    documents.connection,
    associations.from_id as deal_id,
    documents.kind || ' ' || documents.document_id as document_id,
    documents.kind,
    documents.status,
    documents.occurred_at,
    documents.occurred_at as recorded_at,
    documents.actor_id
from documents
inner join associations
    on
        documents.connection = associations.connection
        and documents.object = associations.to_object
        and documents.document_id = associations.to_id
