{{ config(materialized='view') }}

with verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where has_evidence and state <> 'not_applicable'

),

found as (

    select * from {{ ref('int_term_evidence') }}

),

alternatives as (

    select
        version,
        step_key,
        alternative,
        count(*) as needed,
        sum(count(*)) over (partition by version, step_key) as parts
    from {{ source('reference', 'step_terms') }}
    group by version, step_key, alternative

),

complete as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        count(found.timely_at) = max(alternatives.needed) as is_timely,
        case
            when count(found.timely_at) = max(alternatives.needed) then max(found.timely_at) else max(found.done_at)
        end as done_at
    from found
    inner join alternatives
        on
            found.version = alternatives.version
            and found.step_key = alternatives.step_key
            and found.alternative = alternatives.alternative
    where alternatives.parts > 1
    group by found.deal_key, found.version, found.step_key, found.alternative
    having count(found.done_at) = max(alternatives.needed)

),

-- of the alternatives that are complete at the step's moment, the first that the process names
chosen as (

    select
        verdicts.deal_key,
        verdicts.version,
        verdicts.step_key,
        min(complete.alternative) as alternative,
        max(case when complete.is_timely then 1 else 0 end) = 1 as is_timely
    from verdicts
    inner join complete
        on
            verdicts.deal_key = complete.deal_key
            and verdicts.version = complete.version
            and verdicts.step_key = complete.step_key
            and verdicts.done_at = complete.done_at
            and (verdicts.timely_at is not null) = complete.is_timely
    group by verdicts.deal_key, verdicts.version, verdicts.step_key

),

-- each part that made a step done, and when; without a time where all that is on record can't be dated
final as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        found.term,
        case when chosen.is_timely then found.timely_at else found.done_at end as done_at,
        chosen.is_timely
    from found
    inner join chosen
        on
            found.deal_key = chosen.deal_key
            and found.version = chosen.version
            and found.step_key = chosen.step_key
            and found.alternative = chosen.alternative

    union all

    -- where one thing is asked for, nothing is to be chosen
    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        found.term,
        verdicts.done_at,
        verdicts.timely_at is not null as is_timely
    from found
    inner join alternatives
        on
            found.version = alternatives.version
            and found.step_key = alternatives.step_key
            and found.alternative = alternatives.alternative
    inner join verdicts
        on
            found.deal_key = verdicts.deal_key
            and found.version = verdicts.version
            and found.step_key = verdicts.step_key
    where
        (alternatives.parts = 1 and verdicts.done_at is not null)
        or (verdicts.done_at is null and found.has_undated)

)

select * from final
