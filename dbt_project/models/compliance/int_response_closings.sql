with duties as (

    select * from {{ ref('int_response_duties') }}
    where activated_at is not null

),

visits as (

    select
        visits.*,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, visits.entered_at) as entered_until,
        -- what was only seen came after the last entry that is dated
        max(case when visits.precision <> 'order' then visits.entered_at end) over (
            partition by visits.deal_key order by visits.visit_no rows unbounded preceding
        ) as entered_from
    from {{ ref('int_visits') }} as visits
    left join {{ source('reference', 'calendar') }} as calendar
        on visits.precision = 'day' and visits.entered_at = calendar.day_start_utc

),

-- how many visits the deal surely had behind it, and which one surely lay ahead; an entry into a stage knows its place
surrounded as (

    select
        duties.deal_key,
        duties.response_key,
        duties.activation,
        duties.activated_at,
        coalesce(max(
            case
                when duties.record_kind = 'stage'
                    then case when visits.visit_no <= cast(duties.record_id as integer) then visits.visit_no end
                when visits.entered_until <= duties.activated_at then visits.visit_no
            end
        ), 0) as last_behind,
        coalesce(min(
            case
                when duties.record_kind = 'stage'
                    then case when visits.visit_no > cast(duties.record_id as integer) then visits.visit_no end
                when visits.precision <> 'order' and visits.entered_at > duties.activated_until then visits.visit_no
            end
        ), max(visits.visit_no) + 1, 1) as first_ahead,
        coalesce(max(case when paths.is_truncated then 1 end), 0) = 1 as is_truncated
    from duties
    inner join {{ ref('int_deal_paths') }} as paths on duties.deal_key = paths.deal_key
    left join visits on duties.deal_key = visits.deal_key
    group by duties.deal_key, duties.response_key, duties.activation, duties.activated_at

),

-- wherever it may have stood then: what closed it in that very moment came with it, not before
placed as (

    select
        surrounded.deal_key,
        surrounded.response_key,
        surrounded.activation,
        surrounded.activated_at,
        surrounded.last_behind,
        surrounded.is_truncated and surrounded.last_behind = 0 as may_be_closed,
        max(
            case
                when visits.stage_key not in ('won', 'lost') then visits.visit_no
                when visits.entered_at = surrounded.activated_at and visits.precision not in ('day', 'order')
                    then visits.visit_no - 1
                when surrounded.last_behind = 0 then 0
            end
        ) as last_open,
        max(case when visits.stage_key in ('won', 'lost', 'unmapped') then 1 else 0 end) as places_closed
    from surrounded
    left join visits
        on
            surrounded.deal_key = visits.deal_key
            and visits.visit_no >= surrounded.last_behind
            and (visits.visit_no < surrounded.first_ahead or visits.visit_no = surrounded.last_behind)
    group by
        surrounded.deal_key, surrounded.response_key, surrounded.activation, surrounded.activated_at,
        surrounded.last_behind, surrounded.is_truncated

),

final as (

    select
        placed.deal_key,
        placed.response_key,
        placed.activation,
        min(
            case when visits.stage_key <> 'unmapped' and visits.visit_no > placed.last_open then visits.entered_at end
        ) as closed_at,
        min(
            case
                when placed.may_be_closed or placed.places_closed = 1 then placed.activated_at
                when visits.deal_key is not null then coalesce(visits.entered_from, placed.activated_at)
            end
        ) as maybe_closed_at,
        max(placed.last_open) is null as was_closed
    from placed
    left join visits
        on
            placed.deal_key = visits.deal_key
            and visits.stage_key in ('won', 'lost', 'unmapped')
            and visits.visit_no >= placed.last_behind
    group by placed.deal_key, placed.response_key, placed.activation

)

select * from final
