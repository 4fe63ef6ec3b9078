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
        case
            when placed.is_judged_at_gate then placed.gate_at
            when placed.is_on_loss or placed.grace_working_days is null
                then {{ add_seconds('placed.gate_at', 'placed.grace_seconds') }}
            else coalesce(
                working_days.day_end_utc,
                {{ add_seconds('placed.gate_at', 'cast(placed.grace_working_days as bigint) * 86400') }}
            )
        end as deadline_at
    from placed
    left join calendar on placed.gate_day = calendar.day
    left join working_days
        on calendar.working_day_no + placed.grace_working_days = working_days.working_day_no

)

select * from final
