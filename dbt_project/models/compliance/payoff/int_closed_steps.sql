-- Comparing whole deals would compare how long they lived; so each is looked at from one moment on (the landmark).
with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where
        gate_at is not null
        and not is_on_loss
        -- whoever left the stage by winning has no outcome still to come
        and not is_won_gate
        and state in ('done', 'done_in_grace', 'late', 'missing', 'backfilled', 'unknown')

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged and status in ('won', 'lost')

),

final as (

    select
        paths.connection,
        verdicts.deal_key,
        verdicts.version,
        verdicts.stage_key,
        verdicts.step_key,
        verdicts.is_mandatory,
        verdicts.gate_at,
        verdicts.gate_visit_no,
        case
            -- closed before the step could no longer be done in time: it may be the outcome that decided the step
            when paths.current_since <= verdicts.deadline_at then 'closed_first'
            when paths.current_since is null and verdicts.deadline_at > verdicts.gate_at then 'unclear'
            when verdicts.state in ('done', 'done_in_grace') then 'kept'
            when verdicts.state in ('late', 'missing') then 'not_kept'
            else 'unclear'
        end as arm
    from verdicts
    inner join paths on verdicts.deal_key = paths.deal_key

)

select * from final
