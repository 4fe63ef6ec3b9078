{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

repeated as (

    select * from {{ ref('int_repeated_evidence') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

records as (

    select * from {{ ref('int_possible_counts') }}

),

-- parts of the evidence that may have been there in time; `doubt` is 1 for what could not be read, 2 for what was read
-- only from a later day on, 3 for what can't be dated, 4 for what the CRM leaves open
final as (

    select
        records.deal_key,
        records.version,
        records.step_key,
        records.alternative,
        records.term,
        4 as doubt
    from records
    inner join terms
        on
            records.version = terms.version
            and records.step_key = terms.step_key
            and records.alternative = terms.alternative
            and records.term = terms.term
    left join repeated
        on
            records.deal_key = repeated.deal_key
            and records.version = repeated.version
            and records.step_key = repeated.step_key
            and records.alternative = repeated.alternative
            and records.term = repeated.term
    where
        records.possible
        >= coalesce(repeated.lacking, greatest(coalesce(terms.min_count, 1), coalesce(terms.distinct_days, 1)))

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        3 as doubt
    from repeated
    where has_undated and lacking <= 0

    union all

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key,
        terms.alternative,
        terms.term,
        case when coverage.connection is null then 1 else 2 end as doubt
    from deadlines
    inner join terms on deadlines.version = terms.version and deadlines.step_key = terms.step_key
    inner join {{ ref('int_step_objects') }} as objects
        on
            terms.version = objects.version
            and terms.step_key = objects.step_key
            and terms.kind = objects.kind
            and coalesce(terms.field, '') = coalesce(objects.field, '')
    left join coverage on deadlines.connection = coverage.connection and objects.object = coverage.object
    where
        (deadlines.uncovered_object is not null or deadlines.covered_from > deadlines.gate_at)
        and (coverage.connection is null or coverage.covered_from > deadlines.gate_at)

)

select * from final
