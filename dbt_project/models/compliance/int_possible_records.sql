{{ config(materialized='view') }}

-- a message of which nobody knows which way it went, or a call of which nobody knows how it ended, may be the one asked
with possible as (

    select
        records.deal_key,
        matches.version,
        matches.step_key,
        matches.alternative,
        matches.term,
        records.record_kind,
        records.record_id,
        case when terms.is_by_start then records.started_at else records.happened_at end as happened_at,
        records.recorded_at,
        records.precision,
        deals.judged_at
    from {{ ref('int_evidence_records') }} as records
    inner join {{ ref('int_judged_deals') }} as deals on records.deal_key = deals.deal_key and deals.is_judged
    inner join {{ ref('int_term_matches') }} as matches
        on
            records.record_kind = matches.record_kind
            and records.label = matches.label
            and records.status = matches.status
            and records.direction = matches.direction
            and records.topic = matches.topic
    inner join {{ ref('int_clocked_terms') }} as terms
        on
            matches.version = terms.version
            and matches.step_key = terms.step_key
            and matches.alternative = terms.alternative
            and matches.term = terms.term
    where
        not matches.is_certain
        and not records.is_withdrawn
        and (records.has_contact or not terms.needs_contact)
        and not coalesce(records.recorded_at > deals.judged_at, false)

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time means its whole day where the company is; what is planned for later has not happened
final as (

    select
        possible.*,
        coalesce(calendar.day_start_utc, possible.happened_at) as happened_from,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, possible.happened_at) as happened_until
    from possible
    left join calendar on possible.precision = 'day' and cast(possible.happened_at as date) = calendar.day
    where not coalesce(coalesce(calendar.day_start_utc, possible.happened_at) > possible.judged_at, false)

)

select * from final
