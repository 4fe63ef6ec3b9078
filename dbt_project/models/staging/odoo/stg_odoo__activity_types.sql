{# Names of activity types are translated and free; the action behind them and the icon are not. #}
with latest as (
    {{ latest_records(source('lake', 'odoo__activity_types')) }}
),

parsed as (
    select
        connection,
        id as activity_type_id,
        {{ parse_json('payload', {'name': 'text', 'category': 'text', 'icon': 'text'}) }} as payload
    from latest
)

select
    connection,
    activity_type_id,
    case
        when payload.category = 'meeting' or payload.icon like '%fa-users%' then 'meeting'
        when payload.category = 'phonecall' or payload.icon like '%fa-phone%' then 'call'
        when payload.icon like '%fa-envelope%' or lower(payload.name) like '%mail%' then 'email'
        else 'task'
    end as kind
from parsed
