with teams as (
    select
        team_key,
        min(team) as team_name,
        case when min(region) = max(region) then min(region) end as region,
        count(*) as owners,
        sum(case when is_active then 1 else 0 end) as active_owners
    from {{ ref('int_people') }}
    where team_key is not null
    group by team_key
)

select
    teams.team_key,
    teams.team_name,
    teams.region,
    cast(teams.owners as integer) as owners,
    cast(teams.active_owners as integer) as active_owners,
    settings.as_of
from teams
cross join {{ source('reference', 'settings') }} as settings
