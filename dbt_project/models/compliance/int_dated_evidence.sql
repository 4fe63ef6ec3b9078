{{ config(materialized='view') }}

with evidence as (

    select * from {{ ref('int_evidence') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- nothing hangs on the others: no deadline, nor when the deal came into the stage
deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null or must_be_inside

),

-- a date without a time means its whole day, so it counts from the day's beginning where the company is
moments as (

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        evidence.alternative,
        evidence.term,
        coalesce(calendar.day_start_utc, evidence.happened_at) as happened_at,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, evidence.happened_at) as happened_until,
        evidence.precision = 'day' as is_day,
        coalesce(evidence.precision = 'order', false) as is_order,
        evidence.recorded_at,
        evidence.record_kind,
        evidence.record_id,
        evidence.label,
        evidence.status,
        evidence.direction,
        evidence.done_by
    from evidence
    left join calendar on evidence.precision = 'day' and cast(evidence.happened_at as date) = calendar.day
    -- what is planned for later is no evidence yet, nor is what the CRM got only after the deal was judged
    where
        not coalesce(coalesce(calendar.day_start_utc, evidence.happened_at) > evidence.judged_at, false)
        and not coalesce(evidence.recorded_at > evidence.judged_at, false)

),

inside as (

    select
        moments.deal_key,
        moments.version,
        moments.step_key,
        moments.alternative,
        moments.term,
        -- where the history does not tell when the deal came in, what came before its first record may be inside
        case
            when
                inside_steps.step_key is null
                or deadlines.is_entry_known
                or moments.happened_until >= deadlines.entered_at
                then moments.happened_at
        end as happened_at,
        moments.happened_until,
        moments.is_day,
        moments.is_order,
        moments.recorded_at,
        moments.record_kind,
        moments.record_id,
        moments.label,
        moments.status,
        moments.direction,
        moments.done_by,
        deadlines.gate_at,
        deadlines.deadline_at,
        deadlines.backfill_policy
    from moments
    -- for these steps only what was done after the deal had come into the stage counts
    left join {{ source('reference', 'process_steps') }} as inside_steps
        on
            inside_steps.must_be_inside
            and moments.version = inside_steps.version
            and moments.step_key = inside_steps.step_key
    left join deadlines
        on
            moments.deal_key = deadlines.deal_key
            and moments.version = deadlines.version
            and moments.step_key = deadlines.step_key
    where
        inside_steps.step_key is null
        or (moments.happened_at is null and deadlines.entered_at is not null)
        or moments.happened_until >= deadlines.entered_at
        or not deadlines.is_entry_known

),

-- after the join with the deadlines: taken for rare, all the evidence would be the side that is kept in memory there
final as (

    select inside.*
    from inside
    left join {{ ref('int_withdrawn_evidence') }} as withdrawn
        on
            inside.deal_key = withdrawn.deal_key
            and inside.version = withdrawn.version
            and inside.step_key = withdrawn.step_key
            and inside.record_kind = withdrawn.record_kind
            and inside.record_id = withdrawn.record_id
    where withdrawn.deal_key is null

)

select * from final
