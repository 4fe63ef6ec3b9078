{{ config(materialized='view') }}

with visits as (

    select * from {{ ref('int_visits') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

stages as (

    select * from positions
    where not is_sink

),

-- the first entry into a stage, and the first into anything beyond it; a loss is beyond nothing
final as (

    select
        visits.deal_key,
        stages.version,
        stages.stage_key,
        min(case when visits.stage_key = stages.stage_key then visits.visit_no end) as entry_visit_no,
        min(case when visits.stage_key = stages.stage_key then visits.entered_at end) as entered_at,
        min(case when positions.position > stages.position then visits.visit_no end) as gate_visit_no,
        min(case when positions.position > stages.position then visits.entered_at end) as gate_at
    from visits
    inner join positions on visits.stage_key = positions.stage_key
    inner join stages on positions.version = stages.version
    where visits.stage_key <> 'lost'
    group by visits.deal_key, stages.version, stages.stage_key

)

select * from final
