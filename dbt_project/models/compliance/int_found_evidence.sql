{{ config(materialized='view') }}

with records as (

    select * from {{ ref('int_decisive_records') }}

),

-- most steps have one record, and nothing to be put in order
several as (

    select
        deal_key,
        step_key
    from records
    group by deal_key, step_key
    having count(*) > 1

),

-- one of the records that are there at the moment; where several are asked for, those up to the last that was needed
placed as (

    select
        records.*,
        row_number() over (
            partition by records.deal_key, records.step_key, records.alternative, records.term, records.counted_day
            order by records.happened_at, records.record_kind, records.record_id
        ) as place
    from records
    inner join several on records.deal_key = several.deal_key and records.step_key = several.step_key

),

numbered as (

    select
        placed.*,
        row_number() over (
            partition by deal_key, step_key order by happened_at, record_kind, record_id
        ) as evidence_no
    from placed
    where place <= kept

    union all

    select
        records.*,
        1 as place,
        1 as evidence_no
    from records
    left join several on records.deal_key = several.deal_key and records.step_key = several.step_key
    where several.deal_key is null

),

final as (

    select
        deal_key,
        version,
        step_key,
        cast(evidence_no as integer) as evidence_no,
        is_counted,
        record_kind,
        record_id,
        label,
        status,
        direction,
        happened_at,
        is_day,
        recorded_at,
        done_by
    from numbered

)

select * from final
