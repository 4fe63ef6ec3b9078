{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

records as (

    select * from {{ ref('int_doubtful_records') }}

),

evidence as (

    select * from {{ ref('int_counted_evidence') }}
    where happened_at is not null

),

doubted as (

    select distinct
        deal_key,
        version,
        step_key,
        alternative,
        term
    from records

),

-- with what counts for certain
pieces as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        happened_day,
        lateness,
        doubt
    from records

    union all

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        evidence.alternative,
        evidence.term,
        {{ local_date('evidence.happened_at', 'settings.time_zone') }} as happened_day,
        {{ certain_lateness('evidence.timely_at', 'evidence.happened_at') }} as lateness,
        cast(null as integer) as doubt
    from evidence
    cross join {{ source('reference', 'settings') }} as settings
    inner join doubted
        on
            evidence.deal_key = doubted.deal_key
            and evidence.version = doubted.version
            and evidence.step_key = doubted.step_key
            and evidence.alternative = doubted.alternative
            and evidence.term = doubted.term
    inner join deadlines
        on
            evidence.deal_key = deadlines.deal_key
            and evidence.version = deadlines.version
            and evidence.step_key = deadlines.step_key

),

latest as (

    select distinct lateness
    from pieces

),

-- what can't be dated may have been on a day of its own
final as (

    select
        pieces.deal_key,
        pieces.version,
        pieces.step_key,
        pieces.alternative,
        pieces.term,
        latest.lateness,
        min(pieces.doubt) as doubt
    from pieces
    inner join latest on pieces.lateness <= latest.lateness
    inner join {{ source('reference', 'step_terms') }} as terms
        on
            pieces.version = terms.version
            and pieces.step_key = terms.step_key
            and pieces.alternative = terms.alternative
            and pieces.term = terms.term
    group by
        pieces.deal_key, pieces.version, pieces.step_key, pieces.alternative, pieces.term, latest.lateness
    having
        min(pieces.doubt) is not null
        and count(*) >= max(coalesce(terms.min_count, 1))
        and count(distinct pieces.happened_day) + count(case when pieces.happened_day is null then 1 end)
        >= max(coalesce(terms.distinct_days, 1))

)

select * from final
