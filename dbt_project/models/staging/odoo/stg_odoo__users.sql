{# Users, and the partner under which each of them writes messages. OdooBot acts when nobody does. #}
with latest as (
    {{ latest_records(source('lake', 'odoo__users')) }}
),

parsed as (
    select
        connection,
        id as user_id,
        coalesce(is_deleted, false) as is_deleted,
        {{ parse_json('payload', {
            'name': 'text', 'login': 'text', 'email': 'text', 'active': 'text', 'partner_id': ['text'],
            'sale_team_id': ['text']
        }) }} as payload
    from latest
)

select
    connection,
    user_id,
    payload.partner_id[1] as partner_id,
    lower({{ odoo_text('payload.email') }}) as email,
    lower(payload.login) as login,
    {{ odoo_text('payload.name') }} as user_name,
    payload.sale_team_id[1] as team_id,
    payload.sale_team_id[2] as team_name,
    payload.active = 'true' and not is_deleted as is_active,
    case when user_id = '1' or payload.login = '__system__' then 'workflow' else 'person' end as actor_kind
from parsed
