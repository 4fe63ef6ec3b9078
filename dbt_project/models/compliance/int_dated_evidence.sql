{{ config(materialized='view') }}

with evidence as (

    select * from {{ ref('int_known_evidence') }}

),

-- nothing hangs on the others: no deadline, nor when the deal came into the stage
deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null or must_be_inside

),

inside as (

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        evidence.alternative,
        evidence.term,
        -- where the history does not tell when the deal came in, what came before its first record may be inside
        case
            when
                inside_steps.step_key is null
                or deadlines.is_entry_known
                or evidence.happened_until >= deadlines.entered_at
                then evidence.happened_at
        end as happened_at,
        evidence.happened_until,
        evidence.is_day,
        evidence.is_order,
        evidence.recorded_at,
        evidence.record_kind,
        evidence.record_id,
        evidence.label,
        evidence.status,
        evidence.direction,
        evidence.done_by,
        deadlines.gate_at,
        deadlines.deadline_at,
        deadlines.backfill_policy
    from evidence
    -- for these steps only what was done after the deal had come into the stage counts
    left join {{ source('reference', 'process_steps') }} as inside_steps
        on
            inside_steps.must_be_inside
            and evidence.version = inside_steps.version
            and evidence.step_key = inside_steps.step_key
    left join deadlines
        on
            evidence.deal_key = deadlines.deal_key
            and evidence.version = deadlines.version
            and evidence.step_key = deadlines.step_key
    where
        inside_steps.step_key is null
        or (evidence.happened_at is null and deadlines.entered_at is not null)
        or evidence.happened_until >= deadlines.entered_at
        or not deadlines.is_entry_known

),

-- after the join with the deadlines: taken for rare, all the evidence would be the side that is kept in memory there
final as (

    select inside.*
    from inside
    left join {{ ref('int_withdrawn_evidence') }} as withdrawn
        on {{ same_evidence('inside', 'withdrawn') }}
    where withdrawn.deal_key is null

)

select * from final
