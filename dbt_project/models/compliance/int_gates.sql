with positions as (

    select * from {{ ref('int_stage_positions') }}

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
            when unseen.deal_key is not null then 'the stage history begins after the deal left the stage'
            when gate_visits.precision = 'order'
                then 'the CRM does not say when the deal left the stage'
            when paths.current_stage_key = 'unmapped' and paths.first_unmapped_at is null
                then 'the deal stands in a CRM stage that is not mapped'
            when passes.gate_at <= paths.first_unmapped_at then cast(null as {{ dbt.type_string() }})
            when paths.first_unmapped_at is not null
                then 'the deal was in a CRM stage that is not mapped'
        end as undatable_reason
    from {{ ref('int_deal_paths') }} as paths
    inner join positions as stages on not stages.is_sink
    left join {{ ref('int_unseen_stages') }} as unseen
        on
            paths.deal_key = unseen.deal_key
            and stages.version = unseen.version
            and stages.stage_key = unseen.stage_key
    left join {{ ref('int_stage_passes') }} as passes
        on
            paths.deal_key = passes.deal_key
            and stages.version = passes.version
            and stages.stage_key = passes.stage_key
    left join {{ ref('int_visits') }} as gate_visits
        on paths.deal_key = gate_visits.deal_key and passes.gate_visit_no = gate_visits.visit_no

),

governed as (

    select
        joined.*,
        joined.governed_at >= periods.in_force_from and joined.governed_at < periods.in_force_to as is_in_force
    from joined
    inner join {{ ref('int_process_periods') }} as periods on joined.version = periods.version

),

shared as (

    select stage_key
    from positions
    group by stage_key
    having count(*) > 1

),

-- what was left or skipped under one version no later one judges, though it may see the stage left only then
settled as (

    select
        deal_key,
        stage_key,
        min(governed_at) as governed_at
    from governed
    where
        is_in_force
        and coalesce(entered_at, gate_at) is not null
        and stage_key in (select stage_key from shared)
    group by deal_key, stage_key

),

final as (

    select
        governed.connection,
        governed.deal_key,
        governed.version,
        governed.stage_key,
        governed.entered_at,
        coalesce(governed.entry_visit_no < governed.gate_visit_no, false) as is_entered_before_gate,
        case when governed.undatable_reason is null then governed.gate_visit_no end as gate_visit_no,
        case when governed.undatable_reason is null then governed.gate_at end as gate_at,
        governed.undatable_reason is null and coalesce(governed.gate_stage_key = 'won', false) as is_won_gate,
        coalesce(governed.gate_precision = 'day', false) as is_gate_day,
        governed.stands_in_stage,
        governed.undatable_reason,
        governed.is_in_force and coalesce(governed.governed_at <= settled.governed_at, true) as is_in_force
    from governed
    left join settled on governed.deal_key = settled.deal_key and governed.stage_key = settled.stage_key

)

select * from final
