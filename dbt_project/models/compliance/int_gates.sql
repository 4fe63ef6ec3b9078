with paths as (

    select * from {{ ref('int_deal_paths') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

passes as (

    select * from {{ ref('int_stage_passes') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

joined as (

    select
        paths.connection,
        paths.deal_key,
        stages.version,
        stages.stage_key,
        passes.entry_visit_no,
        passes.entered_at,
        passes.gate_visit_no,
        passes.gate_at,
        gate_visits.stage_key as gate_stage_key,
        gate_visits.precision as gate_precision,
        paths.current_stage_key = stages.stage_key as stands_in_stage,
        -- a stage that was skipped and visited only later is governed by the rules of when it was skipped
        case
            when passes.gate_visit_no < passes.entry_visit_no then passes.gate_at
            else coalesce(passes.entered_at, passes.gate_at, paths.judged_at)
        end as governed_at,
        case
            when passes.gate_at <= paths.unclear_until
                then 'two deals were merged, and whose moves came before that is not known'
            when paths.is_truncated and paths.first_stage_key = 'lost'
                then 'the stage history begins after the deal was lost'
            -- nor is it known what was left before a stage that has no place in this version
            when
                paths.is_truncated
                and (
                    stages.position < starts.position
                    or (starts.version is null and paths.first_stage_key <> 'unmapped')
                )
                then 'the stage history begins after the deal left the stage'
            when gate_visits.precision = 'order'
                then 'the CRM does not say when the deal left the stage'
            when paths.current_stage_key = 'unmapped' and paths.first_unmapped_at is null
                then 'the deal stands in a CRM stage that is not mapped'
            when passes.gate_at <= paths.first_unmapped_at then cast(null as {{ dbt.type_string() }})
            when paths.first_unmapped_at is not null
                then 'the deal was in a CRM stage that is not mapped'
        end as undatable_reason
    from paths
    inner join positions as stages on not stages.is_sink
    left join positions as starts
        on stages.version = starts.version and paths.first_stage_key = starts.stage_key
    left join passes
        on
            paths.deal_key = passes.deal_key
            and stages.version = passes.version
            and stages.stage_key = passes.stage_key
    left join visits as gate_visits
        on paths.deal_key = gate_visits.deal_key and passes.gate_visit_no = gate_visits.visit_no

),

final as (

    select
        joined.connection,
        joined.deal_key,
        joined.version,
        joined.stage_key,
        joined.entered_at,
        coalesce(joined.entry_visit_no < joined.gate_visit_no, false) as is_entered_before_gate,
        case when joined.undatable_reason is null then joined.gate_visit_no end as gate_visit_no,
        case when joined.undatable_reason is null then joined.gate_at end as gate_at,
        joined.undatable_reason is null and coalesce(joined.gate_stage_key = 'won', false) as is_won_gate,
        coalesce(joined.gate_precision = 'day', false) as is_gate_day,
        joined.stands_in_stage,
        joined.undatable_reason,
        joined.governed_at >= periods.in_force_from and joined.governed_at < periods.in_force_to as is_in_force
    from joined
    inner join periods on joined.version = periods.version

)

select * from final
