with deadlines as (

    select * from {{ ref('int_step_deadlines') }}

),

weighed as (

    select
        deadlines.*,
        coalesce(evidence.timely_at, evidence.done_at) as done_at,
        evidence.timely_at,
        evidence.recorded_at,
        evidence.proven_at,
        evidence.step_key is not null as has_evidence,
        coalesce(evidence.done_at <= deadlines.deadline_at, false) as is_done_in_time,
        coalesce(possible.lateness = 3, false) as may_be_late,
        case
            when deadlines.gate_at is null then cast(null as {{ dbt.type_string() }})
            when not deadlines.names_evidence then 'the process names no evidence for it'
            when possible.doubt = 1
                then 'the CRM''s ' || replace(deadlines.uncovered_object, '_', ' ') || ' could not be read'
            when possible.doubt = 2 then 'the source was connected only after the deal left the stage'
            when possible.doubt = 3 and deadlines.must_be_inside and not deadlines.is_entry_known
                then 'it is recorded, but whether while the deal was in the stage is not known'
            when possible.doubt = 3 then 'it is recorded, but when is not known'
            when possible.doubt = 4
                then 'something is recorded, but the CRM does not say which way it went, how it ended or its subject'
            when possible.doubt = 6 then 'something is recorded that can''t be read as a number'
            when possible.doubt = 5
                then 'the owner logs too few activities to tell'
        end as doubt
    from deadlines
    left join {{ ref('int_step_evidence') }} as evidence
        on
            deadlines.deal_key = evidence.deal_key
            and deadlines.version = evidence.version
            and deadlines.step_key = evidence.step_key
    left join {{ ref('int_possible_evidence') }} as possible
        on
            deadlines.deal_key = possible.deal_key
            and deadlines.version = possible.version
            and deadlines.step_key = possible.step_key

),

final as (

    select
        deal_key,
        version,
        step_key,
        stage_key,
        is_mandatory,
        is_on_loss,
        entered_at,
        is_entered_before_gate,
        is_won_gate,
        is_judged_at_gate,
        gate_at,
        gate_until,
        gate_visit_no,
        deadline_at,
        judged_at,
        done_at,
        timely_at,
        proven_at,
        recorded_at,
        has_evidence,
        is_done_in_time,
        unclear_reason,
        doubt,
        case
            when inapplicable_reason is not null then 'not_applicable'
            when unclear_reason is not null then 'unknown'
            -- what has to be done inside the stage and can't be dated may have been done before
            when gate_at is null and has_evidence and not is_on_loss and (done_at is not null or not must_be_inside)
                then 'done'
            when gate_at is null and stands_in_stage then 'pending'
            when gate_at is null then 'not_due'
            when timely_at <= coalesce(gate_until, gate_at) or (timely_at is not null and is_on_loss) then 'done'
            when timely_at is not null then 'done_in_grace'
            when doubt is not null then 'unknown'
            when is_done_in_time and backfill_policy = 'flag' then 'backfilled'
            -- also what is complete by now and can't have been in time, though nobody knows when it came
            when has_evidence or may_be_late then 'late'
            when judged_at <= deadline_at then 'pending'
            else 'missing'
        end as state,
        coalesce(
            inapplicable_reason,
            unclear_reason,
            case when gate_at is not null and timely_at is null then doubt end
        ) as reason
    from weighed

)

select * from final
