with paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_truncated and first_stage_key <> 'unmapped'

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

stages as (

    select * from positions
    where not is_sink

),

-- by each version, what comes before the first stage that is told, or has no place beside it
before as (

    select
        paths.deal_key,
        stages.version,
        stages.stage_key,
        -- what came before the history begins was of the versions that were in force then
        periods.in_force_from <= coalesce(paths.first_entered_at, paths.judged_at)
        and periods.in_force_to > coalesce(paths.created_at, cast('0001-01-01' as timestamp)) as was_in_force
    from paths
    cross join stages
    inner join {{ ref('int_process_periods') }} as periods on stages.version = periods.version
    left join positions as starts
        on stages.version = starts.version and paths.first_stage_key = starts.stage_key
    where starts.version is null or stages.position < starts.position

),

final as (

    select
        before.deal_key,
        stages.version,
        stages.stage_key
    from before
    inner join stages
        on before.stage_key = stages.stage_key and (before.was_in_force or before.version = stages.version)
    group by before.deal_key, stages.version, stages.stage_key

)

select * from final
