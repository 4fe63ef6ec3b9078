{{ config(materialized='view') }}

with candidates as (

    select * from {{ ref('int_step_candidates') }}
    where is_in_force

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

conditions as (

    select distinct
        version,
        step_key,
        field
    from {{ source('reference', 'step_conditions') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a condition is put to the deal as it was when it left the stage, and as it is now while it has not
final as (

    select
        candidates.connection,
        candidates.deal_key,
        candidates.version,
        candidates.step_key,
        conditions.field,
        case
            when candidates.undatable_reason is not null then cast('0001-01-01' as timestamp)
            else coalesce(candidates.gate_at, deals.judged_at)
        end as asked_from,
        case
            when candidates.undatable_reason is not null or candidates.gate_at is null then deals.judged_at
            when candidates.is_gate_day
                then coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, candidates.gate_at)
            else candidates.gate_at
        end as asked_until
    from candidates
    inner join conditions
        on
            candidates.version = conditions.version
            and candidates.step_key = coalesce(conditions.step_key, candidates.step_key)
    inner join deals on candidates.deal_key = deals.deal_key
    left join calendar on candidates.is_gate_day and candidates.gate_at = calendar.day_start_utc

)

select distinct * from final

union all

-- what gates the whole version also gates what events set off and what holds while a deal is open
select * from {{ ref('int_scope_questions') }}
