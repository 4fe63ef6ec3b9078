with acts as (

    select * from {{ ref('int_step_acts') }}

),

actors as (

    select * from {{ ref('int_actors') }}

),

users as (

    select
        connection,
        user_id,
        min(owner_key) as owner_key
    from actors
    where user_id is not null
    group by connection, user_id

),

machines as (

    select distinct
        connection,
        owner_key
    from actors
    where is_system

),

-- a machine is nobody; a user whom the CRM's list of owners does not name is somebody, and may be anybody in it
known as (

    select
        acts.deal_key,
        acts.step_key,
        acts.happened_at,
        case
            when acts.is_machine or machines.owner_key is not null then cast(null as {{ dbt.type_string() }})
            else coalesce(
                acts.owner_key,
                users.owner_key,
                acts.connection || ':user ' || acts.user_id
            )
        end as person,
        acts.owner_key is not null or users.owner_key is not null as is_known
    from acts
    left join users on acts.connection = users.connection and acts.user_id = users.user_id
    left join machines
        on acts.connection = machines.connection and coalesce(acts.owner_key, users.owner_key) = machines.owner_key

),

final as (

    select
        deal_key,
        step_key,
        person,
        person is not null and is_known as is_identified,
        min(happened_at) as first_at
    from known
    group by deal_key, step_key, person, person is not null and is_known

)

select * from final
