{{ config(materialized='view') }}

with moments as (

    select * from {{ ref('int_dated_evidence') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

deadlines as (

    select * from {{ ref('int_step_deadlines') }}

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
        and coalesce(asked.happened_until >= {{ add_seconds('deadlines.gate_at', '-asked.window_seconds') }}, true)
        and coalesce(asked.happened_at <= deadlines.deadline_at, true)

),

final as (

    select
        recent.deal_key,
        recent.version,
        recent.step_key,
        recent.alternative,
        recent.term,
        recent.happened_at,
        recent.recorded_at,
        recent.is_day,
        recent.record_kind,
        recent.record_id,
        recent.label,
        recent.status,
        recent.direction,
        recent.done_by,
        -- the earliest deadline that the record would still have kept: it may be entered a little after it was done
        case
            when recent.happened_at is not null then greatest(
                recent.happened_at,
                {{ add_seconds('coalesce(recent.recorded_at, recent.happened_at)', '-settings.backfill_seconds') }}
            )
        end as proven_at,
        recent.needed,
        case when recent.counts_days then {{ local_date('recent.happened_at', 'settings.time_zone') }} end
            as counted_day,
        recent.counts_days
    from recent
    cross join {{ source('reference', 'settings') }} as settings

)

select * from final
