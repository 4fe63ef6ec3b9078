with changes as (

    select * from {{ ref('int_dated_changes') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

positions as (

    select * from {{ ref('int_stage_places') }}

),

-- most deals have no moment with two changes, and nothing to be looked for
tied as (

    select distinct deal_key from (
        select deal_key
        from changes
        group by deal_key, entered_at
        having min(stage_id) <> max(stage_id)
    ) as moments_with_several

),

known as (

    select
        changes.*,
        deals.stage_id as present_stage_id,
        max(changes.entered_at) over (partition by changes.deal_key) as last_at,
        -- what the CRM got only after the deal was judged was not there yet
        coalesce(changes.recorded_at > connections.judged_at, false) as is_ahead
    from changes
    inner join tied on changes.deal_key = tied.deal_key
    inner join connections on changes.connection = connections.connection
    left join deals on changes.deal_key = deals.deal_key

),

placed as (

    select
        known.*,
        row_number() over (
            partition by known.deal_key, known.entered_at
            order by
                case when positions.place is null then 1 else 0 end, positions.place, known.change_id
        ) as place,
        count(*) over (partition by known.deal_key, known.entered_at) as places
    from known
    inner join periods on known.entered_at >= periods.in_force_from and known.entered_at < periods.in_force_to
    left join positions on periods.version = positions.version and known.stage_key = positions.stage_key
    where not known.is_ahead

),

-- where a deal stands after a moment that is read forward is the furthest of its changes
final as (

    select
        deal_key,
        entered_at,
        entered_at = max(last_at) as is_last,
        min(stage_id) <> max(stage_id) as has_several,
        max(case when precision in ('day', 'order') then 1 else 0 end) = 1 as is_vague,
        max(case when precision = 'order' then 1 else 0 end) = 1 as is_order,
        max(case when stage_id = present_stage_id then stage_id end) as present_stage_id,
        max(case when stage_id = present_stage_id then stage_key end) as present_stage_key,
        max(case when place = places then stage_id end) as furthest_stage_id
    from placed
    group by deal_key, entered_at

)

select * from final
