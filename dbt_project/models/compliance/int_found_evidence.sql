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

-- one of the records that are there at the moment; where several are asked for, those up to the last that was needed
placed as (

    select
        pieces.*,
        evidence.happened_at,
        evidence.is_day,
        evidence.recorded_at,
        evidence.record_kind,
        evidence.record_id,
        evidence.label,
        evidence.status,
        evidence.direction,
        evidence.done_by,
        case when evidence.counts_days then 1 else evidence.needed end as kept,
        row_number() over (
            partition by
                pieces.deal_key, pieces.version, pieces.step_key, pieces.alternative, pieces.term, evidence.counted_day
            order by evidence.happened_at, evidence.record_kind, evidence.record_id
        ) as place
    from pieces
    inner join evidence
        on
            pieces.deal_key = evidence.deal_key
            and pieces.version = evidence.version
            and pieces.step_key = evidence.step_key
            and pieces.alternative = evidence.alternative
            and pieces.term = evidence.term
    where
        (evidence.timely_at is not null or not pieces.is_timely)
        and (
            (evidence.needed = 1 and not evidence.counts_days and evidence.happened_at = pieces.done_at)
            or ((evidence.needed > 1 or evidence.counts_days) and evidence.happened_at <= pieces.done_at)
            or (pieces.done_at is null and evidence.happened_at is null)
        )

),

final as (

    select
        deal_key,
        version,
        step_key,
        done_at is not null as is_counted,
        record_kind,
        record_id,
        label,
        status,
        direction,
        happened_at,
        is_day,
        recorded_at,
        done_by
    from placed
    where place <= kept

    union all

    -- what a field held when the deal left the stage, also where that was not what it should have been
    select
        gate_values.deal_key,
        gate_values.version,
        gate_values.step_key,
        pieces.done_at is not null as is_counted,
        'field' as record_kind,
        gate_values.change_id as record_id,
        gate_values.field as label,
        gate_values.value as status,
        '' as direction,
        gate_values.changed_at as happened_at,
        false as is_day,
        cast(null as timestamp) as recorded_at,
        gate_values.actor_id as done_by
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
