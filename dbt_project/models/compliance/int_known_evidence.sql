{{ config(materialized='view') }}

with evidence as (

    select * from {{ ref('int_evidence') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time means its whole day, so it counts from the day's beginning where the company is
final as (

    select
        evidence.deal_key,
        evidence.version,
        evidence.step_key,
        evidence.alternative,
        evidence.term,
        coalesce(calendar.day_start_utc, evidence.happened_at) as happened_at,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, evidence.happened_at) as happened_until,
        evidence.precision = 'day' as is_day,
        coalesce(evidence.precision = 'order', false) as is_order,
        evidence.recorded_at,
        evidence.record_kind,
        evidence.record_id,
        evidence.label,
        evidence.status,
        evidence.direction,
        evidence.done_by
    from evidence
    left join calendar on evidence.precision = 'day' and cast(evidence.happened_at as date) = calendar.day
    -- what is planned for later is no evidence yet, nor is what the CRM got only after the deal was judged
    where
        not coalesce(coalesce(calendar.day_start_utc, evidence.happened_at) > evidence.judged_at, false)
        and not coalesce(evidence.recorded_at > evidence.judged_at, false)

)

select * from final
