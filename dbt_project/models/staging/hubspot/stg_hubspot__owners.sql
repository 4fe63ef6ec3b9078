{% set fields = {'email': 'text', 'firstName': 'text', 'lastName': 'text', 'archived': 'text',
    'teams': [{'name': 'text', 'primary': 'text'}], 'userId': 'text', 'userIdIncludingInactive': 'text'} %}

with latest as (
    {{ latest_records(source('lake', 'hubspot__owners')) }}
),

parsed as (
    select
        connection,
        id as owner_id,
        is_deleted,
        {{ parse_json('payload', fields) }} as payload
    from latest
),

teams as (
    select
        connection,
        owner_id,
        {{ unnest_array('payload.teams', 'team', 'place') }}
    from parsed
),

main_teams as (
    select
        connection,
        owner_id,
        team.name as team_name,
        row_number() over (
            partition by connection, owner_id
            order by case when team.primary = 'true' then 0 else 1 end, place
        ) as team_no
    from teams
)

select
    parsed.connection,
    parsed.owner_id,
    coalesce(payload.useridincludinginactive, payload.userid) as user_id,
    lower(nullif(trim(payload.email), '')) as email,
    nullif(trim(coalesce(payload.firstname, '') || ' ' || coalesce(payload.lastname, '')), '') as owner_name,
    main_teams.team_name as team,
    cast(null as {{ dbt.type_string() }}) as manager_email,
    coalesce(payload.archived, 'false') <> 'true' and not coalesce(parsed.is_deleted, false) as is_active
from parsed
left join main_teams
    on parsed.connection = main_teams.connection and parsed.owner_id = main_teams.owner_id and main_teams.team_no = 1
