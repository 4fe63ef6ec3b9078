with contacts as (
    {{ union_crms('contacts', [
        'connection', 'deal_id', 'contact_id', 'role', 'added_at', 'removed_at', 'precision'
    ]) }}
)

select
    connection,
    connection || ':' || deal_id as deal_key,
    contact_id,
    role,
    added_at,
    removed_at,
    precision
from contacts
