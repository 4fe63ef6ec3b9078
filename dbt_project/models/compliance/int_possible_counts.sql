{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

dated as (

    select
        possible.*,
        coalesce(calendar.day_start_utc, possible.happened_at) as happened_from,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, possible.happened_at) as happened_until
    from {{ ref('int_possible_records') }} as possible
    left join calendar on possible.precision = 'day' and cast(possible.happened_at as date) = calendar.day

),

-- records of which the CRM leaves open whether they are what is asked for
final as (

    select
        possible.deal_key,
        possible.version,
        possible.step_key,
        possible.alternative,
        possible.term,
        count(*) as possible
    from dated as possible
    inner join deadlines
        on
            possible.deal_key = deadlines.deal_key
            and possible.version = deadlines.version
            and possible.step_key = deadlines.step_key
    inner join terms
        on
            possible.version = terms.version
            and possible.step_key = terms.step_key
            and possible.alternative = terms.alternative
            and possible.term = terms.term
    cross join {{ source('reference', 'settings') }} as settings
    -- what came too late, was entered too late to be believed, or lies too far back, is none of it whatever it was
    where
        coalesce(possible.happened_from <= deadlines.deadline_at, true)
        and (
            deadlines.backfill_policy = 'accept'
            or coalesce(
                {{ add_seconds('possible.recorded_at', '-settings.backfill_seconds') }} <= deadlines.deadline_at, true
            )
        )
        and coalesce(
            {{ add_seconds('possible.happened_until', '86400 * terms.within_days_before_gate') }} >= deadlines.gate_at,
            true
        )
        -- or was there before the deal came into the stage inside which it should have been
        and (
            not coalesce(deadlines.must_be_inside, false)
            or not deadlines.is_entry_known
            or possible.happened_at is null
            or coalesce(possible.happened_until >= deadlines.entered_at, false)
        )
    group by possible.deal_key, possible.version, possible.step_key, possible.alternative, possible.term

)

select * from final
