with visits as (

    select * from {{ ref('int_visits') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

followed as (

    select
        visits.*,
        lead(precision) over (partition by deal_key order by visit_no) as next_precision
    from visits

),

-- an open visit lasts until the moment at which the deal is judged
timed as (

    select
        visits.*,
        -- since when a deal stands where it was found by a snapshot is not known, nor when it left for there
        visits.precision <> 'order' and coalesce(visits.next_precision, '') <> 'order' as is_timed,
        deals.judged_at,
        deals.unclear_until,
        greatest(
            {{ seconds_between('visits.entered_at', 'coalesce(visits.left_at, deals.judged_at)') }} / 86400,
            cast(0 as double)
        ) as days
    from followed as visits
    inner join deals on visits.deal_key = deals.deal_key

),

final as (

    select
        timed.*,
        sum(case when is_timed then days else 0 end) over (partition by deal_key, stage_key order by visit_no)
            as days_so_far,
        min(entered_at) over (partition by deal_key, stage_key) as first_entered_at
    from timed

)

select * from final
