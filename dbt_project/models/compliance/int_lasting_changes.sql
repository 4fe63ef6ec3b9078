{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_stage_changes') }}

),

before as (

    select * from {{ ref('int_tied_moments') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

returns as (

    select * from {{ ref('int_returned_moments') }}

),

-- what lies beyond the stage in which the deal stands since its last moment, or in no stage of the process, was taken
-- back within that moment
beyond as (

    select distinct
        ends.stage_key,
        further.stage_key as undone_key
    from positions as ends
    inner join positions as further on ends.version = further.version and ends.position < further.position

    union all

    select distinct
        stage_key,
        'unmapped' as undone_key
    from positions

),

undone as (

    select
        before.deal_key,
        before.entered_at,
        beyond.undone_key
    from before
    inner join beyond on before.present_stage_key = beyond.stage_key
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
