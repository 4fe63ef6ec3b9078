{{ config(materialized='table') }}

with owners as (
    {{ file_rows('owners', ['owner_id', 'email', 'owner_name', 'team', 'manager_email', 'is_active']) }}
)

select
    connection,
    coalesce(owner_id, row_id) as owner_id,
    coalesce(owner_id, row_id) as user_id,
    lower(email) as email,
    owner_name,
    team,
    lower(manager_email) as manager_email,
    is_active as is_active_text,
    coalesce({{ to_flag('is_active') }}, true) and not coalesce(row_is_deleted, false) as is_active
from owners
