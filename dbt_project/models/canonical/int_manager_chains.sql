{# From each person's manager upwards; a chain that leads back to somebody already in it ends there. #}
with recursive people as (
    select
        owner_key,
        manager_key
    from {{ ref('int_people') }}
    where manager_key is not null and manager_key <> owner_key
),

chains as (
    select
        owner_key,
        manager_key as top_key,
        manager_key as manager_chain,
        1 as depth
    from people
    union all
    select
        chains.owner_key,
        people.manager_key as top_key,
        chains.manager_chain || ' > ' || people.manager_key as manager_chain,
        chains.depth + 1 as depth
    from chains
    inner join people
        on chains.top_key = people.owner_key
    where
        people.manager_key <> chains.owner_key
        and position(people.manager_key in chains.manager_chain) = 0
),

ranked as (
    select
        *,
        row_number() over (partition by owner_key order by depth desc) as place
    from chains
)

select
    owner_key,
    top_key,
    manager_chain,
    depth
from ranked
where place = 1
