{# One row per person over all connections: the same e-mail is the same person; an active account speaks for all. #}
with ranked as (
    select
        *,
        row_number() over (
            partition by owner_key
            order by case when is_active then 0 else 1 end, connection, owner_id
        ) as place
    from {{ ref('int_owners') }}
),

accounts as (
    select
        owner_key,
        count(distinct connection) as connections,
        max(email) as email,
        max(case when is_active then 1 else 0 end) = 1 as is_active,
        max(case when is_active is not null then 1 else 0 end) = 1 as is_known
    from ranked
    group by owner_key
)

select
    accounts.owner_key,
    accounts.email,
    coalesce(ranked.owner_name, accounts.email, accounts.owner_key) as owner_name,
    ranked.team,
    ranked.region,
    lower(trim(ranked.team)) as team_key,
    lower(ranked.manager_email) as manager_key,
    accounts.is_active,
    accounts.is_known,
    cast(accounts.connections as integer) as connections
from accounts
inner join ranked
    on
        accounts.owner_key = ranked.owner_key
        and ranked.place = 1
