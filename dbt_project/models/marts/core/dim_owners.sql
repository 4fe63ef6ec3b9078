select
    people.owner_key,
    people.owner_name,
    people.email,
    people.team_key,
    people.team as team_name,
    people.region,
    people.manager_key,
    managers.owner_name as manager_name,
    chains.manager_chain,
    people.is_active,
    people.is_known,
    people.connections,
    settings.as_of
from {{ ref('int_people') }} as people
cross join {{ source('reference', 'settings') }} as settings
left join {{ ref('int_people') }} as managers
    on people.manager_key = managers.owner_key
left join {{ ref('int_manager_chains') }} as chains
    on people.owner_key = chains.owner_key
