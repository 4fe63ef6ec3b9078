with changes as (

    select * from {{ ref('int_stage_changes') }}

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

vague as (

    select distinct
        changes.deal_key,
        calendar.day_start_utc,
        calendar.day_end_utc
    from changes
    inner join calendar on cast(changes.entered_at as date) = calendar.day
    where changes.precision = 'day'

),

-- a date without a time is a day of the company, and stands at its first moment; what else happened on that day may
-- have come before it or after, so of all of it only the day is known
final as (

    select
        changes.connection,
        changes.deal_key,
        changes.change_id,
        changes.pipeline_id,
        changes.stage_id,
        changes.stage_key,
        coalesce(calendar.day_start_utc, vague.day_start_utc, changes.entered_at) as entered_at,
        changes.recorded_at,
        changes.source,
        case when vague.deal_key is null then changes.precision else 'day' end as precision,
        changes.actor_id,
        changes.actor_kind
    from changes
    left join calendar on changes.precision = 'day' and cast(changes.entered_at as date) = calendar.day
    left join {{ ref('int_judged_deals') }} as deals on changes.deal_key = deals.deal_key
    left join vague
        on
            changes.deal_key = vague.deal_key
            and changes.precision not in ('day', 'order')
            and changes.entered_at >= vague.day_start_utc
            and changes.entered_at < vague.day_end_utc
            -- what is dated later than the night has not happened yet
            and changes.entered_at <= deals.judged_at

)

select * from final
