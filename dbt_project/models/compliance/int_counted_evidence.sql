{{ config(materialized='view') }}

with evidence as (

    select * from {{ ref('int_evidence') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

deadlines as (

    select * from {{ ref('int_step_deadlines') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time means its whole day, so it counts from the day's beginning where the company is
moments as (

    select
        evidence.*,
        coalesce(calendar.day_start_utc, evidence.happened_at) as counted_at,
        coalesce(calendar.day_end_utc, evidence.happened_at) as counted_until
    from evidence
    left join calendar on evidence.precision = 'day' and cast(evidence.happened_at as date) = calendar.day
    -- what is planned for later is no evidence yet
    where not coalesce(coalesce(calendar.day_start_utc, evidence.happened_at) > evidence.judged_at, false)

),

asked as (

    select
        moments.*,
        terms.distinct_days > 1 as counts_days,
        case when terms.distinct_days > 1 then terms.distinct_days else coalesce(terms.min_count, 1) end as needed,
        terms.within_days_before_gate * 86400 as window_seconds
    from moments
    inner join terms
        on
            moments.version = terms.version
            and moments.step_key = terms.step_key
            and moments.alternative = terms.alternative
            and moments.term = terms.term

),

recent as (

    select asked.* from asked
    where asked.window_seconds is null

    union all

    -- what is asked for in the last days before leaving the stage can't be told before the deal has left it
    select asked.*
    from asked
    inner join deadlines
        on
            asked.deal_key = deadlines.deal_key
            and asked.version = deadlines.version
            and asked.step_key = deadlines.step_key
    where
        asked.window_seconds is not null
        and deadlines.gate_at is not null
        -- what can't be dated may have been then
        and coalesce(asked.counted_until >= {{ add_seconds('deadlines.gate_at', '-asked.window_seconds') }}, true)
        and coalesce(asked.counted_at <= deadlines.deadline_at, true)

),

final as (

    select
        recent.deal_key,
        recent.version,
        recent.step_key,
        recent.alternative,
        recent.term,
        recent.counted_at as happened_at,
        recent.recorded_at,
        recent.precision = 'day' as is_day,
        recent.record_kind,
        recent.record_id,
        recent.label,
        recent.status,
        recent.direction,
        recent.done_by,
        -- the earliest deadline that the record would still have kept: it may be entered a little after it was done
        case
            when recent.counted_at is not null then greatest(
                recent.counted_at,
                {{ add_seconds('coalesce(recent.recorded_at, recent.counted_at)', '-settings.backfill_seconds') }}
            )
        end as proven_at,
        recent.needed,
        case when recent.counts_days then {{ local_date('recent.counted_at', 'settings.time_zone') }} end
            as counted_day,
        recent.counts_days
    from recent
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
