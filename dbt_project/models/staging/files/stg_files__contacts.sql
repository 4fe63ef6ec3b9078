{{ config(materialized='table') }}

with contacts as (
    {{ file_rows('contacts', ['deal_id', 'contact_id', 'role', 'added_at', 'removed_at']) }}
)

select
    connection,
    deal_id,
    contact_id,
    lower(role) as role,
    added_at as added_at_text,
    {{ to_utc('added_at') }} as added_at,
    removed_at as removed_at_text,
    {{ to_utc('removed_at') }} as removed_at,
    case
        when {{ to_utc('added_at') }} is null then 'order'
        when length(added_at) = 10 then 'day'
        else 'exact'
    end as precision
from contacts
where deal_id is not null and contact_id is not null and not coalesce(row_is_deleted, false)
