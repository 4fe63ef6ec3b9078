with users as (
    select * from {{ ref('stg_salesforce__users') }}
),

roles as (
    {{ salesforce_rows('user_roles', 'role_id') }}
)

select
    users.connection,
    users.owner_id,
    users.owner_id as user_id,
    users.email,
    users.owner_name,
    {{ map_value('roles.fields', "'Name'") }} as team,
    managers.email as manager_email,
    coalesce({{ to_flag('users.is_active_text') }}, true) as is_active
from users
left join roles
    on
        users.connection = roles.connection
        and users.role_id = roles.role_id
left join users as managers
    on
        users.connection = managers.connection
        and users.manager_id = managers.owner_id
