{{ config(materialized='view') }}

with found as (

    select * from {{ ref('int_term_evidence') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

alternatives as (

    select
        version,
        step_key,
        alternative,
        count(*) as terms_needed,
        sum(count(*)) over (partition by version, step_key) as parts
    from terms
    group by version, step_key, alternative

),

-- an alternative needs all its terms: it is done with its last
complete as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        case when count(found.done_at) = max(alternatives.terms_needed) then max(found.done_at) end as done_at,
        case when count(found.done_at) = max(alternatives.terms_needed) then max(found.proven_at) end as proven_at,
        case when count(found.timely_at) = max(alternatives.terms_needed) then max(found.timely_at) end as timely_at,
        case when count(found.done_at) = max(alternatives.terms_needed) then max(found.recorded_at) end as recorded_at,
        max(case when found.has_undated then 1 else 0 end) as has_undated
    from found
    inner join alternatives
        on
            found.version = alternatives.version
            and found.step_key = alternatives.step_key
            and found.alternative = alternatives.alternative
    where alternatives.parts > 1
    group by found.deal_key, found.version, found.step_key, found.alternative
    having count(*) = max(alternatives.terms_needed)

),

-- any alternative does: the step is done with its first; most steps ask for one thing, and there is nothing to compare
final as (

    select
        deal_key,
        version,
        step_key,
        min(done_at) as done_at,
        min(proven_at) as proven_at,
        min(timely_at) as timely_at,
        min(recorded_at) as recorded_at,
        max(has_undated) = 1 as has_undated
    from complete
    group by deal_key, version, step_key

    union all

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.done_at,
        case when found.done_at is not null then found.proven_at end as proven_at,
        found.timely_at,
        case when found.done_at is not null then found.recorded_at end as recorded_at,
        coalesce(found.has_undated, false) as has_undated
    from found
    inner join alternatives on found.version = alternatives.version and found.step_key = alternatives.step_key
    where alternatives.parts = 1

)

select * from final
