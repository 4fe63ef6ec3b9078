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
        {{ local_date('duties.gate_at', 'settings.time_zone') }} as gate_day,
        {{ local_date(add_seconds('duties.gate_at', 'duties.grace_seconds'), 'settings.time_zone') }} as grace_day,
        settings.backfill_seconds,
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
        placed.*,
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
