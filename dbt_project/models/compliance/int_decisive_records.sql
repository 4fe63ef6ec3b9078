{{ config(materialized='view') }}

with pieces as (

    select * from {{ ref('int_evidence_pieces') }}

),

evidence as (

    select * from {{ ref('int_counted_evidence') }}

),

gate_values as (

    select * from {{ ref('int_values_at_gate') }}

),

-- what was there at the moment that made the step done: a record of each part, or all that were needed
final as (

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        evidence.alternative,
        evidence.term,
        pieces.done_at is not null as is_counted,
        evidence.record_kind,
        evidence.record_id,
        evidence.label,
        evidence.status,
        evidence.direction,
        evidence.happened_at,
        evidence.is_day,
        evidence.recorded_at,
        evidence.done_by,
        evidence.counted_day,
        case when evidence.counts_days then 1 else evidence.needed end as kept
    from evidence
    inner join pieces
        on
            evidence.deal_key = pieces.deal_key
            and evidence.version = pieces.version
            and evidence.step_key = pieces.step_key
            and evidence.alternative = pieces.alternative
            and evidence.term = pieces.term
    where
        (evidence.timely_at is not null or not pieces.is_timely)
        and (
            (evidence.needed = 1 and not evidence.counts_days and evidence.happened_at = pieces.done_at)
            or ((evidence.needed > 1 or evidence.counts_days) and evidence.happened_at <= pieces.done_at)
            or (pieces.done_at is null and evidence.happened_at is null)
        )

    union all

    -- what a field held when the deal left the stage, also where that was not what it should have been
    select
        gate_values.deal_key,
        gate_values.version,
        gate_values.step_key,
        gate_values.alternative,
        gate_values.term,
        pieces.done_at is not null as is_counted,
        'field' as record_kind,
        gate_values.change_id as record_id,
        gate_values.field as label,
        gate_values.value as status,
        '' as direction,
        gate_values.changed_at as happened_at,
        false as is_day,
        cast(null as timestamp) as recorded_at,
        gate_values.actor_id as done_by,
        cast(null as date) as counted_day,
        1 as kept
    from gate_values
    left join pieces
        on
            gate_values.deal_key = pieces.deal_key
            and gate_values.version = pieces.version
            and gate_values.step_key = pieces.step_key
            and gate_values.alternative = pieces.alternative
            and gate_values.term = pieces.term
    where gate_values.value is not null and (pieces.done_at is not null or not gate_values.is_satisfied)

)

select * from final
