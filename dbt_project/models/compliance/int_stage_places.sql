{{ config(materialized='view') }}

with positions as (

    select * from {{ ref('int_stage_positions') }}

),

lengths as (

    select
        version,
        max(position) as last_position
    from positions
    where not is_sink
    group by version

),

elsewhere as (

    select
        stage_key,
        max(position) as position
    from positions
    where not is_sink
    group by stage_key

),

-- a stage that a version does not know lies where another version has it, before the stage that took its place;
-- several of them as they lie there
final as (

    select
        lengths.version,
        elsewhere.stage_key,
        cast(
            coalesce(
                positions.position,
                least(elsewhere.position, lengths.last_position + 1) - 0.5 + elsewhere.position / 1000.0
            ) as double
        ) as place
    from lengths
    cross join elsewhere
    left join positions
        on lengths.version = positions.version and elsewhere.stage_key = positions.stage_key

    union all

    select
        version,
        stage_key,
        cast(position as double) as place
    from positions
    where is_sink

)

select * from final
