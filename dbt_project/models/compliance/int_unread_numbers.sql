{{ config(materialized='view') }}

with changes as (

    select * from {{ ref('int_field_changes') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}
    where kind = 'field' and test = 'positive'

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- what was written where a number is asked for may be one in its writer's eyes: `12 k`, `EUR 500`
unread as (

    select
        changes.deal_key,
        terms.version,
        terms.step_key,
        terms.alternative,
        terms.term,
        -- a reading tells that a value is there, and not when it was set
        case
            when
                changes.precision <> 'order'
                or (terms.changed_after is null and terms.within_days_before_gate is null)
                then changes.changed_at
        end as seen_at,
        changes.changed_at,
        changes.recorded_at,
        changes.precision,
        deals.judged_at
    from changes
    inner join terms on changes.field = terms.field
    inner join {{ ref('int_judged_deals') }} as deals on changes.deal_key = deals.deal_key and deals.is_judged
    where
        trim(changes.value) <> ''
        and {{ to_money('changes.value') }} is null
        and not coalesce(changes.changed_at < terms.changed_after, false)
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

final as (

    select
        unread.deal_key,
        unread.version,
        unread.step_key,
        unread.alternative,
        unread.term,
        case when unread.precision <> 'order' then coalesce(calendar.day_start_utc, unread.seen_at) end
            as happened_from,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, unread.seen_at) as happened_until,
        unread.recorded_at
    from unread
    left join calendar on unread.precision = 'day' and cast(unread.changed_at as date) = calendar.day
    where not coalesce(coalesce(calendar.day_start_utc, unread.changed_at) > unread.judged_at, false)

)

select * from final
