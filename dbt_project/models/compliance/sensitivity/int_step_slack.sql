with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where
        is_mandatory
        and not is_on_loss
        and state <> 'not_applicable'
        -- whether and when the deal left the stage may be what nobody knows
        and (gate_at is not null or state = 'unknown')

),

waivers as (

    select * from {{ ref('int_step_waivers') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}

),

steps as (

    select * from {{ source('reference', 'process_steps') }}

),

others as (

    select * from {{ ref('int_other_clock_evidence') }}

),

-- what is not known to be asked of the deal no grace can tell
weighed as (

    select
        paths.deal_type,
        verdicts.step_key,
        coalesce(steps.clock, 'completion') as clock,
        verdicts.is_judged_at_gate,
        coalesce(verdicts.unclear_reason, verdicts.doubt) is not null as is_doubtful,
        case when verdicts.state in ('done', 'done_in_grace') then 'ok' else verdicts.state end as state,
        coalesce(verdicts.gate_until, verdicts.gate_at) as left_until,
        verdicts.judged_at,
        case when verdicts.unclear_reason is null then verdicts.done_at end as done_at,
        case when verdicts.unclear_reason is null then verdicts.proven_at end as proven_at,
        case when verdicts.unclear_reason is null then coalesce(others.done_at, verdicts.done_at) end as other_done_at,
        case when verdicts.unclear_reason is null then coalesce(others.proven_at, verdicts.proven_at) end
            as other_proven_at
    from verdicts
    inner join paths on verdicts.deal_key = paths.deal_key
    inner join steps on verdicts.version = steps.version and verdicts.step_key = steps.step_key
    left join waivers on verdicts.deal_key = waivers.deal_key and verdicts.step_key = waivers.step_key
    left join others
        on
            verdicts.deal_key = others.deal_key
            and verdicts.version = others.version
            and verdicts.step_key = others.step_key
    where waivers.deal_key is null

),

needed as (

    select
        deal_type,
        step_key,
        clock,
        is_judged_at_gate,
        is_doubtful,
        state,
        done_at is not null as is_done,
        {{ least_grace('done_at', 'left_until') }} as done_needs,
        {{ least_grace('proven_at', 'left_until') }} as proven_needs,
        {{ least_grace('other_done_at', 'left_until') }} as other_done_needs,
        {{ least_grace('other_proven_at', 'left_until') }} as other_proven_needs,
        {{ least_grace('judged_at', 'left_until') }} as open_with
    from weighed

),

final as (

    select
        needed.*,
        count(*) as steps
    from needed
    group by
        deal_type, step_key, clock, is_judged_at_gate, is_doubtful, state, is_done, done_needs, proven_needs,
        other_done_needs, other_proven_needs, open_with

)

select * from final
