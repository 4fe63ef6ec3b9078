with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where is_mandatory and state in ('missing', 'late', 'backfilled')

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

waivers as (

    select * from {{ ref('int_step_waivers') }}

),

modes as (

    select * from {{ ref('int_step_modes') }}

),

skips as (

    select
        deal_key,
        visit_no
    from {{ ref('int_moves') }}
    where kind in ('born_late', 'stage_skipped')

),

final as (

    select
        paths.connection,
        verdicts.deal_key,
        'step_' || verdicts.state as kind,
        'step' as family,
        verdicts.step_key as subject,
        verdicts.state,
        verdicts.step_key,
        verdicts.stage_key,
        steps.severity,
        case when verdicts.is_on_loss then verdicts.deadline_at else verdicts.gate_at end as since,
        verdicts.gate_at,
        verdicts.gate_visit_no as visit_no,
        visits.actor_id as moved_by,
        visits.actor_kind as moved_by_kind,
        steps.step_name,
        waivers.deal_key is not null as is_waived,
        coalesce(modes.mode, 'alert') as mode,
        -- a step that is not recorded because its stage was skipped is part of the skip, unless somebody lifted it
        verdicts.state = 'missing'
        and not verdicts.is_entered_before_gate
        and skips.deal_key is not null
        and waivers.deal_key is null as is_of_skip,
        -- what was recorded late, or has to be true at a moment that has passed, nobody can mend
        verdicts.state = 'missing'
        and waivers.deal_key is null
        and not verdicts.is_judged_at_gate
        and verdicts.gate_at >= paths.judge_from
        and (paths.status = 'open' or verdicts.is_on_loss) as is_alert,
        coalesce(
            case when verdicts.state = 'missing' then steps.sentence_text end,
            case
                when verdicts.is_on_loss then ''
                when not verdicts.is_entered_before_gate then 'Passing by '
                else 'Leaving '
            end || positions.stage_name || ': "' || steps.step_name
            || case
                when verdicts.state = 'missing' and verdicts.is_judged_at_gate and not verdicts.is_entered_before_gate
                    then '" was not so at that moment'
                when verdicts.state = 'missing' and verdicts.is_judged_at_gate
                    then '" was not so when leaving the stage'
                when verdicts.state = 'missing' then '" is not recorded'
                when verdicts.state = 'late' and verdicts.is_done_in_time then '" was entered too late to count'
                when verdicts.state = 'late' and not verdicts.has_evidence then '" was recorded too late, if at all'
                when verdicts.state = 'late' and (verdicts.is_on_loss or not verdicts.is_entered_before_gate)
                    then '" was recorded too late'
                when verdicts.state = 'late' then '" was recorded only after leaving the stage'
                else '" was entered long after its date'
            end
        ) as sentence
    from verdicts
    inner join steps on verdicts.version = steps.version and verdicts.step_key = steps.step_key
    inner join positions on verdicts.version = positions.version and verdicts.stage_key = positions.stage_key
    inner join paths on verdicts.deal_key = paths.deal_key
    left join visits on verdicts.deal_key = visits.deal_key and verdicts.gate_visit_no = visits.visit_no
    left join waivers on verdicts.deal_key = waivers.deal_key and verdicts.step_key = waivers.step_key
    left join modes on verdicts.deal_key = modes.deal_key and verdicts.step_key = modes.step_key
    left join skips on verdicts.deal_key = skips.deal_key and verdicts.gate_visit_no = skips.visit_no

)

select * from final
