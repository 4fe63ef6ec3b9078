with crm_stages as (

    select * from {{ ref('int_crm_stages') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

-- the process's own probability counts; the CRM's is for stages that have no place in the process
final as (

    select
        crm_stages.connection,
        crm_stages.pipeline_id,
        crm_stages.stage_id,
        max(coalesce(positions.probability, crm_stages.probability)) as probability
    from crm_stages
    inner join connections on crm_stages.connection = connections.connection
    left join periods
        on connections.judged_at >= periods.in_force_from and connections.judged_at < periods.in_force_to
    left join positions
        on periods.version = positions.version and crm_stages.stage_key = positions.stage_key
    group by crm_stages.connection, crm_stages.pipeline_id, crm_stages.stage_id

)

select * from final
