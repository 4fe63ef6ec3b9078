with as_versions as (

    select * from {{ ref('int_process_periods') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

crm_stages as (

    select * from {{ ref('int_crm_stages') }}

),

own as (

    select
        as_versions.version,
        as_versions.in_force_from,
        as_versions.in_force_to,
        positions.stage_key,
        positions.position,
        coalesce(positions.probability, 0) as probability
    from as_versions
    inner join positions on as_versions.version = positions.version
    where not positions.is_sink

),

-- a stage without a place in the process is as likely to win as the CRM says, on average over the accounts that have it
foreign_stages as (

    select
        stage_key,
        avg(coalesce(probability, 0)) as probability
    from crm_stages
    where not coalesce(is_closed, false)
    group by stage_key

),

final as (

    select
        version,
        in_force_from,
        in_force_to,
        stage_key,
        position,
        probability,
        coalesce(
            lead(stage_key) over (partition by version order by position), 'won'
        ) as next_stage_key,
        coalesce(lead(probability) over (partition by version order by position), 1) as next_probability
    from own
    union all
    select
        as_versions.version,
        as_versions.in_force_from,
        as_versions.in_force_to,
        foreign_stages.stage_key,
        cast(null as integer) as position,
        foreign_stages.probability,
        'won' as next_stage_key,
        cast(1 as double) as next_probability
    from foreign_stages
    cross join as_versions
    left join own on as_versions.version = own.version and foreign_stages.stage_key = own.stage_key
    where own.stage_key is null

)

select * from final
