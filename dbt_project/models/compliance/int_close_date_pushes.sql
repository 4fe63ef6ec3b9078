with deals as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged and status = 'open'

),

changes as (

    select
        changes.deal_key,
        changes.changed_at,
        changes.change_id,
        changes.value,
        lag(changes.value) over (
            partition by changes.deal_key
            order by changes.changed_at, changes.change_id
        ) as old_value
    from {{ ref('int_field_changes') }} as changes
    inner join deals on changes.deal_key = deals.deal_key
    left join {{ source('reference', 'calendar') }} as calendar
        on changes.precision = 'day' and cast(changes.changed_at as date) = calendar.day
    where
        changes.field = 'close_date'
        and coalesce(calendar.day_start_utc, changes.changed_at) <= deals.judged_at
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

-- a close date put off; bringing it forward, setting it and emptying it are none
final as (

    select
        deal_key,
        changed_at,
        row_number() over (partition by deal_key order by changed_at, change_id) as push_no,
        count(*) over (partition by deal_key) as pushes
    from changes
    where value > old_value

)

select * from final
