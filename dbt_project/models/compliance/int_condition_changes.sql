{{ config(materialized='view') }}

with changes as (

    select
        deal_key,
        field,
        value,
        changed_at,
        recorded_at,
        source,
        precision
    from {{ ref('int_field_changes') }}
    where field not in ('deal_type', 'pipeline')

    union all

    select
        deal_key,
        'pipeline' as field,
        pipeline_id as value,
        case when precision <> 'order' then entered_at end as changed_at,
        -- of a stage that was found and not entered is told when it was seen
        case when precision = 'order' then entered_at else recorded_at end as recorded_at,
        source,
        precision
    from {{ ref('int_stage_changes') }}
    where pipeline_id is not null

),

asked_fields as (

    select distinct field from {{ source('reference', 'step_conditions') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

dated as (

    select
        changes.deal_key,
        changes.field,
        changes.value,
        changes.source = 'snapshot' as is_snapshot,
        coalesce(calendar.day_start_utc, changes.changed_at) as changed_from,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, changes.changed_at) as changed_until
    from changes
    inner join asked_fields on changes.field = asked_fields.field
    inner join deals on changes.deal_key = deals.deal_key
    left join calendar on changes.precision = 'day' and cast(changes.changed_at as date) = calendar.day
    where
        not coalesce(coalesce(calendar.day_start_utc, changes.changed_at) > deals.judged_at, false)
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

-- what a snapshot shows may have been so ever since the reading before it; what is undated may hold at any time
final as (

    select
        deal_key,
        field,
        value,
        case
            when changed_from is not null and not is_snapshot then changed_from
            when changed_from is not null then lag(changed_until) over (
                partition by deal_key, field
                order by case when changed_until is null then 1 else 0 end, changed_until
            )
        end as since_from,
        changed_until as since_until
    from dated

)

select * from final
