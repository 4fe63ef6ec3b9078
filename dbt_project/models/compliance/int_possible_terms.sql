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

-- silence tells only where the source was read for as long as the proof may have come: from the deal's beginning on, as
-- what is done before the stage counts as well, unless only the stage, the last days or a later change matters
silent as (

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key,
        terms.alternative,
        terms.term,
        coverage.connection is null as is_unread,
        coverage.covered_from,
        coalesce(gate_values.changed_at, deals.created_at, cast('0001-01-01' as timestamp)) as begun_at,
        case
            when terms.within_days_before_gate is not null
                then {{ add_seconds('deadlines.gate_at', '-86400 * terms.within_days_before_gate') }}
        end as last_days_from,
        case
            when deadlines.must_be_inside and deadlines.is_entry_known and terms.kind <> 'field_at_gate'
                then deadlines.entered_at
        end as inside_from
    from deadlines
    inner join {{ ref('int_judged_deals') }} as deals on deadlines.deal_key = deals.deal_key
    inner join terms on deadlines.version = terms.version and deadlines.step_key = terms.step_key
    inner join {{ ref('int_step_objects') }} as objects
        on
            terms.version = objects.version
            and terms.step_key = objects.step_key
            and terms.kind = objects.kind
            and coalesce(terms.field, '') = coalesce(objects.field, '')
    left join coverage on deadlines.connection = coverage.connection and objects.object = coverage.object
    left join gate_values
        on
            deadlines.deal_key = gate_values.deal_key
            and deadlines.version = gate_values.version
            and deadlines.step_key = gate_values.step_key
            and terms.alternative = gate_values.alternative
            and terms.term = gate_values.term
    where
        (deadlines.uncovered_object is not null or deadlines.covered_from > cast('0001-01-01' as timestamp))
        and (coverage.connection is null or coverage.covered_from is not null)

),

-- parts of the evidence that may have been there; `doubt` is 1 for what could not be read, 2 for what was read only
-- from a later day on, 3 for what can't be dated, 4 for what the CRM leaves open
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
        deal_key,
        version,
        step_key,
        alternative,
        term,
        1 as lateness,
        case when is_unread then 1 else 2 end as doubt
    from silent
    where
        is_unread
        or (
            covered_from > begun_at
            and coalesce(covered_from > last_days_from, true)
            and coalesce(covered_from > inside_from, true)
        )

)

select * from final
