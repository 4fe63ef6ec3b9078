with visits as (

    select * from {{ ref('int_visits') }}

),

-- an open visit lasts until the moment at which the deal is judged
timed as (

    select
        visits.connection,
        visits.deal_key,
        visits.visit_no,
        visits.stage_key,
        visits.entered_at,
        visits.left_at,
        -- since when a deal stands where it was found by a snapshot is not known, nor when it left for there
        visits.precision <> 'order' and coalesce(visits.left_precision, '') <> 'order' as is_timed,
        deals.unclear_until,
        greatest(
            {{ seconds_between('visits.entered_at', 'coalesce(visits.left_at, deals.judged_at)') }} / 86400,
            cast(0 as double)
        ) as days
    from visits
    inner join {{ ref('int_judged_deals') }} as deals on visits.deal_key = deals.deal_key

),

final as (

    select
        timed.*,
        sum(case when is_timed then days else 0 end) over in_order as days_so_far,
        min(entered_at) over in_order as first_entered_at
    from timed
    window in_order as (partition by deal_key, stage_key order by visit_no)

)

select * from final
