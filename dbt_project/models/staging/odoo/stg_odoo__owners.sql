{# A sales team's leader answers for its members; teams.csv overrides it. #}
with users as (
    select * from {{ ref('stg_odoo__users') }}
),

teams as (
    select
        connection,
        id as team_id,
        {{ parse_json('payload', {'user_id': ['text']}) }} as payload
    from ({{ latest_records(source('lake', 'odoo__teams')) }}) as latest
),

leaders as (
    select
        teams.connection,
        teams.team_id,
        coalesce(users.email, users.login) as email
    from teams
    inner join users
        on
            teams.connection = users.connection
            and teams.payload.user_id[1] = users.user_id
)

select
    users.connection,
    users.user_id as owner_id,
    users.user_id,
    coalesce(users.email, case when users.login like '%@%' then users.login end) as email,
    users.user_name as owner_name,
    users.team_name as team,
    case when leaders.email like '%@%' and leaders.email <> coalesce(users.email, users.login) then leaders.email end
        as manager_email,
    users.is_active
from users
left join leaders
    on
        users.connection = leaders.connection
        and users.team_id = leaders.team_id
