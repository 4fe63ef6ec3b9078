{{ config(materialized='view') }}

with found as (

    select * from {{ ref('int_term_evidence') }}
    where done_at is not null

),

deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

-- what is certain matters here only beside what is doubtful
doubted as (

    select distinct
        deal_key,
        version,
        step_key
    from {{ ref('int_possible_terms') }}

),

-- 1 what was in time, 2 what was so and is flagged as entered too late, 3 what came later
final as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        found.term,
        case
            when found.timely_at is not null then 1
            when found.done_at <= deadlines.deadline_at and deadlines.backfill_policy = 'flag' then 2
            else 3
        end as lateness
    from found
    inner join deadlines
        on
            found.deal_key = deadlines.deal_key
            and found.version = deadlines.version
            and found.step_key = deadlines.step_key
    inner join doubted
        on
            found.deal_key = doubted.deal_key
            and found.version = doubted.version
            and found.step_key = doubted.step_key

)

select * from final
