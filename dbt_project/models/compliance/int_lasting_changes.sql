{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_dated_changes') }}

),

before as (

    select * from {{ ref('int_tied_moments') }}

),

places as (

    select * from {{ ref('int_stage_places') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

returns as (

    select * from {{ ref('int_returned_moments') }}

),

-- what lies beyond the stage in which the deal stands since its last moment, or in no stage of the process, was taken
-- back within that moment
beyond as (

    select
        ends.version,
        ends.stage_key,
        further.stage_key as undone_key
    from places as ends
    inner join places as further on ends.version = further.version and ends.place < further.place

    union all

    select
        version,
        stage_key,
        'unmapped' as undone_key
    from places

),

undone as (

    select
        before.deal_key,
        before.entered_at,
        beyond.undone_key
    from before
    inner join periods on before.entered_at >= periods.in_force_from and before.entered_at < periods.in_force_to
    inner join beyond on periods.version = beyond.version and before.present_stage_key = beyond.stage_key
    where before.has_several and not before.is_order and before.is_last

),

final as (

    select changes.*
    from changes
    left join returns on changes.deal_key = returns.deal_key and changes.entered_at = returns.entered_at
    left join undone
        on
            changes.deal_key = undone.deal_key
            and changes.entered_at = undone.entered_at
            and coalesce(changes.stage_key, 'unmapped') = undone.undone_key
    where returns.deal_key is null and undone.deal_key is null

)

select * from final
