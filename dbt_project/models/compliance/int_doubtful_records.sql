{{ config(materialized='view') }}

with deadlines as (

    select * from {{ ref('int_step_deadlines') }}
    where gate_at is not null

),

-- what can't be dated, and what the CRM leaves open
told as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        cast(null as timestamp) as happened_from,
        cast(null as timestamp) as happened_until,
        possible_day,
        recorded_at,
        3 as doubt
    from {{ ref('int_counted_evidence') }}
    where happened_at is null

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        happened_from,
        happened_until,
        cast(null as date) as possible_day,
        recorded_at,
        4 as doubt
    from {{ ref('int_possible_records') }}

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        happened_from,
        happened_until,
        cast(null as date) as possible_day,
        recorded_at,
        6 as doubt
    from {{ ref('int_unread_numbers') }}

),

-- 1 what may have been in time, 2 what may have been so and is flagged as entered too late, 3 what came later
final as (

    select
        told.deal_key,
        told.version,
        told.step_key,
        told.alternative,
        told.term,
        coalesce({{ local_date('told.happened_from', 'settings.time_zone') }}, told.possible_day) as happened_day,
        case
            when told.happened_from > deadlines.deadline_at then 3
            when
                deadlines.backfill_policy = 'accept'
                or coalesce(
                    {{ add_seconds('told.recorded_at', '-settings.backfill_seconds') }} <= deadlines.deadline_at, true
                )
                then 1
            when deadlines.backfill_policy = 'flag' then 2
            else 3
        end as lateness,
        told.doubt
    from told
    cross join {{ source('reference', 'settings') }} as settings
    inner join deadlines
        on
            told.deal_key = deadlines.deal_key
            and told.version = deadlines.version
            and told.step_key = deadlines.step_key
    inner join {{ source('reference', 'step_terms') }} as terms
        on
            told.version = terms.version
            and told.step_key = terms.step_key
            and told.alternative = terms.alternative
            and told.term = terms.term
    -- what lies too far back, or should have been in the last days and came later, is none of it whatever it was
    where
        (
            terms.within_days_before_gate is null
            or coalesce(
                {{ add_seconds('told.happened_until', '86400 * terms.within_days_before_gate') }} >= deadlines.gate_at
                and told.happened_from <= deadlines.deadline_at,
                true
            )
        )
        -- or was there before the deal came into the stage inside which it should have been
        and (
            not coalesce(deadlines.must_be_inside, false)
            or not deadlines.is_entry_known
            or coalesce(coalesce(told.happened_until, deadlines.entered_at) >= deadlines.entered_at, false)
        )

)

select * from final
