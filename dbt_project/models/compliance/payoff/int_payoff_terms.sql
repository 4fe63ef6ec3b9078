-- how long after leaving the stage the steps could be recorded, and which end of an activity counted, in words
with steps as (

    select * from {{ source('reference', 'process_steps') }}
    where stage_key <> 'lost'

),

worded as (

    select
        stage_key,
        step_key,
        is_mandatory,
        case
            when grace_working_days = 1 then '1 working day'
            when grace_working_days is not null
                then cast(grace_working_days as {{ dbt.type_string() }}) || ' working days'
            else cast(coalesce(grace_seconds, 0) as {{ dbt.type_string() }}) || ' seconds'
        end as grace,
        coalesce(clock, 'completion') as clock
    from steps

),

subjects as (

    select distinct
        stage_key,
        step_key,
        grace,
        clock
    from worded

    union all

    select distinct
        stage_key,
        '' as step_key,
        grace,
        clock
    from worded
    where is_mandatory

),

distinct_graces as (

    select distinct
        stage_key,
        step_key,
        grace
    from subjects

),

graces as (

    select
        stage_key,
        step_key,
        {{ listagg_ordered('grace', "' or '", 'grace') }} as grace
    from distinct_graces
    group by stage_key, step_key

),

distinct_clocks as (

    select distinct
        stage_key,
        step_key,
        clock
    from subjects

),

clocks as (

    select
        stage_key,
        step_key,
        {{ listagg_ordered('clock', "' or '", 'clock') }} as clock
    from distinct_clocks
    group by stage_key, step_key

),

final as (

    select
        graces.stage_key,
        graces.step_key,
        graces.grace,
        clocks.clock
    from graces
    inner join clocks on graces.stage_key = clocks.stage_key and graces.step_key = clocks.step_key

)

select * from final
