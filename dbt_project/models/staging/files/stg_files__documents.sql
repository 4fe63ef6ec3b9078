{{ config(materialized='table') }}

with documents as (
    {{ file_rows('documents', [
        'document_id', 'deal_id', 'kind', 'status', 'occurred_at', 'recorded_at', 'is_deleted', 'actor_id'
    ]) }}
)

select
    connection,
    deal_id,
    document_id,
    lower(kind) as kind,
    lower(status) as status,
    occurred_at as occurred_at_text,
    {{ to_utc('occurred_at') }} as occurred_at,
    recorded_at as recorded_at_text,
    coalesce({{ to_utc('recorded_at') }}, {{ to_utc('occurred_at') }}) as recorded_at,
    actor_id
from documents
where
    deal_id is not null
    and not coalesce(row_is_deleted, false)
    and not coalesce({{ to_flag('is_deleted') }}, false)
