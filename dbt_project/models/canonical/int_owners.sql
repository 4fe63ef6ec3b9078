{# Owners who appear only on a deal, in its history or on an activity (long gone, or no right to read owners) get a row
   too. #}
with known as (
    {{ union_crms('owners', [
        'connection', 'owner_id', 'email', 'owner_name', 'team', 'manager_email', 'is_active'
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
)

select
    connection,
    coalesce(email, connection || ':' || owner_id) as owner_key,
    owner_id,
    email,
    owner_name,
    team,
    manager_email,
    is_active
from known
union all
select
    connection,
    connection || ':' || owner_id as owner_key,
    owner_id,
    cast(null as {{ dbt.type_string() }}) as email,
    cast(null as {{ dbt.type_string() }}) as owner_name,
    cast(null as {{ dbt.type_string() }}) as team,
    cast(null as {{ dbt.type_string() }}) as manager_email,
    cast(null as boolean) as is_active
from strangers
