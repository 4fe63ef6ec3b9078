{{ config(materialized='table') }}

with users as (
    {{ salesforce_rows('users', 'owner_id') }}
)

select
    connection,
    owner_id,
    substr(owner_id, 1, 15) as short_id,
    lower({{ map_value('fields', "'Email'") }}) as email,
    {{ map_value('fields', "'Name'") }} as owner_name,
    {{ map_value('fields', "'ManagerId'") }} as manager_id,
    {{ map_value('fields', "'UserRoleId'") }} as role_id,
    {{ map_value('fields', "'IsActive'") }} as is_active_text,
    {{ salesforce_actor_kind(
        map_value('fields', "'UserType'"), map_value('fields', "'Profile.UserLicense.Name'")
    ) }} as actor_kind
from users
