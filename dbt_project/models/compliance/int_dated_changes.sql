{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_stage_changes') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time is a day of the company, and stands at its first moment
final as (

    select
        changes.connection,
        changes.deal_key,
        changes.change_id,
        changes.pipeline_id,
        changes.stage_id,
        changes.stage_key,
        coalesce(calendar.day_start_utc, changes.entered_at) as entered_at,
        changes.recorded_at,
        changes.source,
        changes.precision,
        changes.actor_id,
        changes.actor_kind
    from changes
    left join calendar on changes.precision = 'day' and cast(changes.entered_at as date) = calendar.day

)

select * from final
