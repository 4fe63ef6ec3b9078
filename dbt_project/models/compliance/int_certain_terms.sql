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

final as (

    select
        found.deal_key,
        found.version,
        found.step_key,
        found.alternative,
        found.term,
        {{ certain_lateness('found.timely_at', 'found.done_at') }} as lateness
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
