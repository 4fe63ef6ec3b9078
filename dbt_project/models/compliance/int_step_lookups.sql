with needed as (

    select distinct
        version,
        step_key,
        object
    from {{ ref('int_step_objects') }}

),

told as (

    select
        connections.connection,
        needed.version,
        needed.step_key,
        needed.object,
        replace(needed.object, '_', ' ')
        || case
            when coverage.connection is null then ' (could not be read)'
            when coverage.covered_from is null then ''
            else ' since ' || cast(cast(coverage.covered_from as date) as {{ dbt.type_string() }})
        end as place
    from needed
    cross join {{ source('reference', 'connections') }} as connections
    left join {{ ref('int_coverage') }} as coverage
        on connections.connection = coverage.connection and needed.object = coverage.object

),

-- where each step's evidence is looked for in each CRM, and since when it was read there
final as (

    select
        connection,
        version,
        step_key,
        {{ listagg_ordered('place', "', '", 'object') }} as looked_where
    from told
    group by connection, version, step_key

)

select * from final
