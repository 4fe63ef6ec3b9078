{# Owners who appear only on a deal, in its history or on an activity (long gone, or no right to read owners) get a row
   too. What teams.csv says of a person on the night's day goes before what any of their accounts says. #}
with known as (
    {{ union_crms('owners', [
        'connection', 'owner_id', 'user_id', 'email', 'owner_name', 'team', 'manager_email', 'is_active'
    ]) }}
),

mentioned as (
    {{ union_crms('deals', ['connection', 'owner_id']) }}
    union all
    {{ union_crms('activities', ['connection', 'owner_id']) }}
    union all
    select
        crm,
        connection,
        value as owner_id
    from (
        {{ union_crms('field_changes', ['connection', 'standard_field', 'value']) }}
    ) as changes
    where standard_field = 'owner' and trim(value) <> ''
),

strangers as (
    select distinct
        mentioned.connection,
        mentioned.owner_id
    from mentioned
    left join known
        on
            mentioned.connection = known.connection
            and mentioned.owner_id = known.owner_id
    where mentioned.owner_id is not null and known.owner_id is null
),

teams as (
    select
        teams.email,
        teams.team,
        teams.region,
        teams.manager_email
    from {{ source('reference', 'teams') }} as teams
    cross join {{ source('reference', 'settings') }} as settings
    where
        teams.valid_from <= {{ local_date('settings.as_of', 'settings.time_zone') }}
        and (
            teams.valid_to is null
            or teams.valid_to >= {{ local_date('settings.as_of', 'settings.time_zone') }}
        )
)

select
    known.connection,
    coalesce(lower(known.email), known.connection || ':' || known.owner_id) as owner_key,
    known.owner_id,
    known.user_id,
    lower(known.email) as email,
    known.owner_name,
    coalesce(teams.team, known.team) as team,
    known.team as crm_team,
    teams.region,
    coalesce(teams.manager_email, lower(known.manager_email)) as manager_email,
    known.is_active
from known
left join teams
    on lower(known.email) = teams.email
union all
select
    connection,
    connection || ':' || owner_id as owner_key,
    owner_id,
    cast(null as {{ dbt.type_string() }}) as user_id,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as owner_name,
    cast(null as {{ dbt.type_string() }}) as team,
    cast(null as {{ dbt.type_string() }}) as crm_team,
    cast(null as {{ dbt.type_string() }}) as region,
    cast(null as {{ dbt.type_string() }}) as manager_email,
    cast(null as boolean) as is_active
from strangers
