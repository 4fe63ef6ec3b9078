{{ config(materialized='view') }}

with gates as (

    select * from {{ ref('int_gates') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

-- steps of a stage are due when the deal leaves it
of_stages as (

    select
        gates.connection,
        gates.deal_key,
        gates.version,
        steps.step_key,
        gates.stage_key,
        gates.entered_at,
        gates.gate_at,
        gates.gate_visit_no,
        gates.is_won_gate,
        gates.is_gate_day,
        gates.is_entered_before_gate,
        gates.stands_in_stage,
        gates.undatable_reason,
        gates.is_in_force
    from gates
    inner join steps on gates.version = steps.version and gates.stage_key = steps.stage_key

),

-- steps owed on a loss are due after it, as long as the deal stays lost
on_loss as (

    select
        paths.connection,
        paths.deal_key,
        steps.version,
        steps.step_key,
        steps.stage_key,
        paths.current_since as entered_at,
        case when paths.status = 'lost' then paths.current_since end as gate_at,
        case when paths.status = 'lost' then paths.current_visit_no end as gate_visit_no,
        false as is_won_gate,
        paths.is_current_since_day as is_gate_day,
        true as is_entered_before_gate,
        false as stands_in_stage,
        case
            when paths.status <> 'lost' then cast(null as {{ dbt.type_string() }})
            when paths.current_since is null then 'when the deal was lost is not known'
            when paths.current_since <= paths.unclear_until
                then 'two deals were merged, and which of them was lost is not known'
        end as undatable_reason,
        -- a deal that is not lost would owe by the rules of the day on which it is
        coalesce(case when paths.status = 'lost' then paths.current_since end, paths.judged_at) >= periods.in_force_from
        and coalesce(case when paths.status = 'lost' then paths.current_since end, paths.judged_at)
        < periods.in_force_to as is_in_force
    from paths
    cross join steps
    inner join periods on steps.version = periods.version
    where steps.stage_key = 'lost'

),

final as (

    select * from of_stages
    union all
    select * from on_loss

)

select * from final
