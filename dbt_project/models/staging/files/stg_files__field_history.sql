{{ config(materialized='table') }}

with changes as (
    {{ file_rows('field_changes', [
        'deal_id', 'field', 'value', 'changed_at', 'recorded_at', 'actor_id', 'actor_kind', 'change_id'
    ]) }}
)

select
    connection,
    deal_id,
    coalesce(change_id, row_id) as change_id,
    case field when 'owner' then 'owner_id' else field end as native_field,
    value,
    changed_at as changed_at_text,
    {{ to_utc('changed_at') }} as changed_at,
    recorded_at as recorded_at_text,
    coalesce({{ to_utc('recorded_at') }}, {{ to_utc('changed_at') }}) as recorded_at,
    case when length(changed_at) = 10 then 'day' else 'exact' end as precision,
    actor_id,
    {{ known_actor_kind('actor_kind') }} as actor_kind
from changes
where deal_id is not null and field is not null and not coalesce(row_is_deleted, false)
