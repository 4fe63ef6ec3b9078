with places as (

    select * from {{ ref('int_response_places') }}

),

dated as (

    select
        deal_key,
        visit_no,
        stage_key in ('won', 'lost') as is_end,
        stage_key in ('won', 'lost', 'unmapped') as may_be_end,
        entered_at,
        case when precision not in ('day', 'order') then entered_at end as moment,
        -- what was only seen came after the last entry that is dated
        max(case when precision <> 'order' then entered_at end) over (
            partition by deal_key order by visit_no rows unbounded preceding
        ) as entered_from
    from {{ ref('int_visits') }}

),

-- seen from each visit: where the deal last stood open, when it last may have ended, and when it ends from there on
visits as (

    select
        deal_key,
        visit_no,
        is_end,
        moment,
        max(case when not is_end then visit_no end) over so_far as last_open,
        max(case when may_be_end then visit_no end) over so_far as last_maybe_end,
        min(case when is_end then entered_at end) over onwards as ends_at,
        min(case when may_be_end then entered_from end) over onwards as may_end_from,
        max(case when may_be_end and entered_from is null then 1 else 0 end) over onwards as may_have_ended_before
    from dated
    window
        so_far as (partition by deal_key order by visit_no rows unbounded preceding),
        onwards as (partition by deal_key order by visit_no rows between current row and unbounded following)

),

-- wherever it may have stood then: what closed it in that very moment came with it, not before
placed as (

    select
        places.*,
        coalesce(possible.last_maybe_end >= places.last_behind, false) as may_have_ended,
        case
            when possible.last_open >= places.last_behind then possible.last_open
            when places.last_behind = 0 then 0
            when behind.moment = places.activated_at then places.last_behind - 1
        end as last_open
    from places
    left join visits as behind
        on places.deal_key = behind.deal_key and places.last_behind = behind.visit_no
    left join visits as possible
        on places.deal_key = possible.deal_key and places.last_possible = possible.visit_no

),

final as (

    select
        placed.deal_key,
        placed.response_key,
        placed.activation,
        next_visits.ends_at as closed_at,
        case
            when placed.may_be_before_history or placed.may_have_ended then placed.activated_at
            when onwards.may_have_ended_before = 1
                then least(placed.activated_at, coalesce(onwards.may_end_from, placed.activated_at))
            else onwards.may_end_from
        end as maybe_closed_at,
        placed.last_open is null as was_closed
    from placed
    left join visits as next_visits
        on placed.deal_key = next_visits.deal_key and placed.last_open + 1 = next_visits.visit_no
    left join visits as onwards
        on
            placed.deal_key = onwards.deal_key
            and onwards.visit_no = case when placed.last_behind = 0 then 1 else placed.last_behind end

)

select * from final
