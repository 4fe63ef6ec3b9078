{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

coverage as (

    select * from {{ ref('int_coverage') }}

),

gate_values as (

    select * from {{ ref('int_values_at_gate') }}

),

-- parts of the evidence that may have been there; `doubt` is 1 for what could not be read, 2 for what was read only
-- from a later day on, 3 for what can't be dated, 4 for what the CRM leaves open, 5 for what may not have been logged,
-- 6 for what is no number and may be meant as one
final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        lateness,
        doubt
    from {{ ref('int_possible_counts') }}

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        1 as lateness,
        3 as doubt
    from gate_values
    where not is_known

    union all

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key,
        terms.alternative,
        terms.term,
        1 as lateness,
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

    union all

    -- an activity that nobody logged may have been held; a field, a contact or a document is on record or is not
    select
        unlogged.deal_key,
        unlogged.version,
        unlogged.step_key,
        terms.alternative,
        terms.term,
        1 as lateness,
        5 as doubt
    from {{ ref('int_unlogged_steps') }} as unlogged
    inner join terms
        on unlogged.version = terms.version and unlogged.step_key = terms.step_key and terms.kind = 'activity'

)

select * from final
