with modes as (

    select
        version,
        step_key,
        lower(trim(team)) as team_key,
        mode
    from {{ source('reference', 'step_modes') }}

),

verdicts as (

    select * from {{ ref('int_step_verdicts') }}

),

people as (

    select * from {{ ref('int_visit_people') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

owners as (

    select
        connection,
        owner_key,
        min(lower(trim(team))) as team_key
    from {{ ref('int_owners') }}
    group by connection, owner_key

),

named as (

    select
        version,
        step_key,
        max(case when team_key is null then mode end) as mode
    from modes
    group by version, step_key

),

-- the team in which the deal was when it left the stage; where nobody knows that, its owner's team of today
final as (

    select
        verdicts.deal_key,
        verdicts.step_key,
        coalesce(by_team.mode, named.mode, 'alert') as mode
    from verdicts
    inner join named on verdicts.version = named.version and verdicts.step_key = named.step_key
    left join people on verdicts.deal_key = people.deal_key and verdicts.gate_visit_no = people.visit_no
    inner join deals on verdicts.deal_key = deals.deal_key
    left join owners on deals.connection = owners.connection and deals.owner_key = owners.owner_key
    left join modes as by_team
        on
            verdicts.version = by_team.version
            and verdicts.step_key = by_team.step_key
            and coalesce(people.team_key, case when people.owner_key is null then owners.team_key end)
            = by_team.team_key

)

select * from final
