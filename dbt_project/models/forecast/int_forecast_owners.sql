with owners as (

    select * from {{ ref('int_owners') }}

),

listed as (

    select distinct lower(email) as email from {{ source('reference', 'teams') }}

),

-- whom teams.csv lists is in a team by its days, and else where the CRM says; of others only the present team is known
final as (

    select
        owners.connection,
        owners.owner_id,
        owners.owner_key,
        lower(owners.email) as email,
        max(case when listed.email is null then owners.team else owners.crm_team end) over (
            partition by owners.owner_key
        ) as other_team
    from owners
    left join listed on lower(owners.email) = listed.email

)

select * from final
