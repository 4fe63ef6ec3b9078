{{ config(materialized='view') }}

with owners as (

    select * from {{ ref('int_owners') }}

),

-- a CRM may know its users by other ids than the owners of its deals
final as (

    select
        connection,
        coalesce(user_id, owner_id) as actor_id,
        min(owner_key) as owner_key
    from owners
    group by connection, coalesce(user_id, owner_id)

)

select * from final
