{{ config(materialized='view') }}

{%- set gate_day = local_date('deadlines.gate_at', 'settings.time_zone') -%}
with changes as (

    select * from {{ ref('int_field_changes') }}

),

deadlines as (

    select * from {{ ref('int_step_deadlines') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind = 'field_at_gate'

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- a date without a time is a day of the company, so it counts from that day's beginning
dated as (

    select
        deadlines.deal_key,
        deadlines.version,
        deadlines.step_key,
        deadlines.gate_at,
        coalesce(deadlines.gate_until, deadlines.gate_at) as gate_until,
        deadlines.is_won_gate,
        deadlines.deadline_at,
        deadlines.backfill_policy,
        settings.backfill_seconds,
        terms.alternative,
        terms.term,
        terms.field,
        changes.value,
        coalesce({{ to_day('changes.value') }} >= {{ gate_day }}, false) as reaches_gate,
        coalesce({{ to_day('changes.value') }} = {{ gate_day }}, false) as is_gate_day,
        coalesce(calendar.day_start_utc, changes.changed_at) as changed_at,
        changes.recorded_at,
        changes.source,
        changes.change_id,
        changes.actor_id
    from deadlines
    cross join {{ source('reference', 'settings') }} as settings
    inner join terms on deadlines.version = terms.version and deadlines.step_key = terms.step_key
    inner join changes on deadlines.deal_key = changes.deal_key and terms.field = changes.field
    left join calendar on changes.precision = 'day' and cast(changes.changed_at as date) = calendar.day
    where
        deadlines.gate_at is not null
        and not coalesce(coalesce(calendar.day_start_utc, changes.changed_at) > deadlines.judged_at, false)
        and not coalesce(changes.recorded_at > deadlines.judged_at, false)

),

final as (

    select
        dated.*,
        coalesce(
            changed_at <= gate_until
            -- the day of winning CRMs write by themselves, so what says it at that very moment proves nothing
            and not (is_won_gate and changed_at >= gate_at and is_gate_day),
            false
        ) as is_before_gate
    from dated

)

select * from final
