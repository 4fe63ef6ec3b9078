with duties as (

    select * from {{ ref('int_step_duties') }}

),

sources as (

    select * from {{ ref('int_step_sources') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

working_days as (

    select * from calendar
    where is_working_day

),

placed as (

    select
        duties.*,
        -- the days of the company cost more than all else here, and few duties hang on one
        case
            when duties.is_gate_day or duties.grace_working_days is not null
                then {{ local_date('duties.gate_at', 'settings.time_zone') }}
        end as gate_day,
        case
            when duties.is_gate_day
                then {{ local_date(add_seconds('duties.gate_at', 'duties.grace_seconds'), 'settings.time_zone') }}
        end as grace_day,
        -- what held at the gate is judged there; nobody can still put it right within a grace
        coalesce(sources.is_judged_at_gate, false) and not duties.is_on_loss as is_judged_at_gate,
        sources.covered_from,
        sources.uncovered_object,
        sources.step_key is not null as names_evidence,
        coalesce(sources.rests_on_activities, false) as rests_on_activities
    from duties
    cross join settings
    left join sources
        on
            duties.connection = sources.connection
            and duties.version = sources.version
            and duties.step_key = sources.step_key

),

final as (

    select
        placed.connection,
        placed.deal_key,
        placed.version,
        placed.step_key,
        placed.stage_key,
        placed.entered_at,
        placed.is_entry_known,
        placed.gate_at,
        placed.gate_visit_no,
        placed.is_won_gate,
        placed.is_entered_before_gate,
        placed.stands_in_stage,
        placed.unclear_reason,
        placed.judged_at,
        placed.owner_key,
        placed.is_mandatory,
        placed.backfill_policy,
        placed.must_be_inside,
        placed.is_on_loss,
        placed.inapplicable_reason,
        placed.is_judged_at_gate,
        placed.covered_from,
        placed.uncovered_object,
        placed.names_evidence,
        placed.rests_on_activities,
        -- a gate whose time of day is not known leaves the whole day, and a day ends just before the next one begins
        case when placed.is_gate_day then {{ add_seconds('calendar.day_end_utc', '-0.000001') }} end as gate_until,
        case
            when placed.is_judged_at_gate and placed.is_gate_day
                then {{ add_seconds('calendar.day_end_utc', '-0.000001') }}
            when placed.is_judged_at_gate then placed.gate_at
            when placed.is_gate_day and (placed.is_on_loss or placed.grace_working_days is null)
                then coalesce(
                    {{ add_seconds('grace_days.day_end_utc', '-0.000001') }},
                    {{ add_seconds('placed.gate_at', 'placed.grace_seconds') }}
                )
            when placed.is_on_loss or placed.grace_working_days is null
                then {{ add_seconds('placed.gate_at', 'placed.grace_seconds') }}
            else coalesce(
                {{ add_seconds('working_days.day_end_utc', '-0.000001') }},
                {{ add_seconds('placed.gate_at', 'cast(placed.grace_working_days as bigint) * 86400') }}
            )
        end as deadline_at
    from placed
    left join calendar on placed.gate_day = calendar.day
    left join calendar as grace_days on placed.is_gate_day and placed.grace_day = grace_days.day
    left join working_days
        on calendar.working_day_no + placed.grace_working_days = working_days.working_day_no

)

select * from final
