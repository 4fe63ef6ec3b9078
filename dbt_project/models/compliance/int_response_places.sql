with duties as (

    select * from {{ ref('int_response_duties') }}
    where activated_at is not null

),

visits as (

    select
        visits.deal_key,
        visits.visit_no,
        visits.precision,
        visits.entered_at,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, visits.entered_at) as entered_until
    from {{ ref('int_visits') }} as visits
    left join {{ source('reference', 'calendar') }} as calendar
        on visits.precision = 'day' and visits.entered_at = calendar.day_start_utc

),

-- all of a deal in one order of time: comparing each duty with each visit would never end for a long history
moments as (

    select
        deal_key,
        null as response_key,
        null as activation,
        null as own_visit_no,
        visit_no,
        case when precision <> 'order' then visit_no end as dated_visit_no,
        entered_at as begins_at,
        entered_until as ends_at,
        0 as rank_of_moment
    from visits

    union all

    select
        deal_key,
        response_key,
        activation,
        case when record_kind = 'stage' then cast(record_id as integer) end as own_visit_no,
        null as visit_no,
        null as dated_visit_no,
        activated_until as begins_at,
        activated_at as ends_at,
        1 as rank_of_moment
    from duties

),

-- how many visits the deal surely had behind it, and which one surely lay ahead; an entry into a stage knows its place
surrounded as (

    select
        deal_key,
        response_key,
        activation,
        ends_at as activated_at,
        coalesce(own_visit_no, max(visit_no) over (
            partition by deal_key order by ends_at, rank_of_moment rows unbounded preceding
        ), 0) as last_behind,
        coalesce(own_visit_no + 1, min(dated_visit_no) over (
            partition by deal_key order by begins_at, rank_of_moment
            rows between current row and unbounded following
        ), max(visit_no) over (partition by deal_key) + 1, 1) as first_ahead
    from moments

),

final as (

    select
        surrounded.deal_key,
        surrounded.response_key,
        surrounded.activation,
        surrounded.activated_at,
        surrounded.last_behind,
        -- the last visit in which it may have stood then
        case
            when surrounded.first_ahead > surrounded.last_behind then surrounded.first_ahead - 1
            else surrounded.last_behind
        end as last_possible,
        surrounded.last_behind = 0 and paths.is_truncated as may_be_before_history
    from surrounded
    inner join {{ ref('int_deal_paths') }} as paths on surrounded.deal_key = paths.deal_key
    where surrounded.response_key is not null

)

select * from final
