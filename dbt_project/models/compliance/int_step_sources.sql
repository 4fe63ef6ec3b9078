with needed as (

    select * from {{ ref('int_step_objects') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

-- a step without evidence is judged only from when on everything that could prove it was read
final as (

    select
        connections.connection,
        needed.version,
        needed.step_key,
        max(
            case
                when coverage.connection is null then cast('9999-12-31' as timestamp)
                else coalesce(coverage.covered_from, cast('0001-01-01' as timestamp))
            end
        ) as covered_from,
        min(case when coverage.connection is null then needed.object end) as uncovered_object,
        min(case when needed.kind = 'field_at_gate' then 1 else 0 end) = 1 as is_judged_at_gate,
        max(case when needed.kind = 'activity' then 1 else 0 end) = 1 as rests_on_activities
    from needed
    cross join connections
    left join coverage
        on connections.connection = coverage.connection and needed.object = coverage.object
    group by connections.connection, needed.version, needed.step_key

)

select * from final
