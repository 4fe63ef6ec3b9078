with owners as (

    select * from {{ ref('int_owners') }}

),

systems as (

    select distinct
        connection,
        actor_id
    from {{ source('reference', 'system_actors') }}

),

-- a CRM may know its users by other ids than the owners of its deals
final as (

    select distinct
        owners.connection,
        owners.owner_id,
        owners.user_id,
        owners.owner_key,
        by_user.actor_id is not null or by_owner.actor_id is not null as is_system
    from owners
    left join systems as by_user on owners.connection = by_user.connection and owners.user_id = by_user.actor_id
    left join systems as by_owner on owners.connection = by_owner.connection and owners.owner_id = by_owner.actor_id

)

select * from final
