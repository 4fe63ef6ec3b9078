{# Pipedrive's visibility groups and roles are no sales teams; teams.csv says who belongs where. #}
with latest as (
    {{ latest_records(source('lake', 'pipedrive__users')) }}
),

parsed as (
    select
        connection,
        id as owner_id,
        is_deleted,
        {{ parse_json('payload', {
            'email': 'text', 'name': 'text', 'active_flag': 'text', 'is_deleted': 'text'
        }) }} as payload
    from latest
)

select
    connection,
    owner_id,
    owner_id as user_id,
    lower(nullif(trim(payload.email), '')) as email,
    nullif(trim(payload.name), '') as owner_name,
    cast(null as {{ dbt.type_string() }}) as team,
    cast(null as {{ dbt.type_string() }}) as manager_email,
    coalesce(payload.active_flag, 'true') = 'true' and coalesce(payload.is_deleted, 'false') <> 'true'
    and not coalesce(is_deleted, false) as is_active
from parsed
