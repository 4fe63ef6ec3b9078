{# HubSpot tells how the approval of a quote stands, but neither since when nor by whom. #}
with records as (
    select
        *,
        {{ to_utc('occurred_at_text') }} as occurred_at
    from {{ ref('stg_hubspot__document_records') }}
    where not is_deleted
),

documents as (
    select
        connection,
        document_id,
        object,
        kind,
        status,
        occurred_at,
        actor_id
    from records
    union all
    select
        connection,
        document_id,
        object,
        'approval' as kind,
        status,
        cast(null as timestamp) as occurred_at,
        cast(null as {{ dbt.type_string() }}) as actor_id
    from records
    where kind = 'quote' and status in ('pending_approval', 'approved', 'rejected')
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
