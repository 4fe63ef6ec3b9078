with changes as (

    select * from {{ ref('int_lasting_changes') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

positions as (

    select * from {{ ref('int_stage_places') }}

),

-- what is dated or was seen later than the night, or was recorded only then, has not happened yet
dated as (

    select
        changes.connection,
        changes.deal_key,
        changes.change_id,
        changes.pipeline_id,
        changes.stage_id,
        coalesce(changes.stage_key, 'unmapped') as stage_key,
        coalesce(changes.entered_at, changes.recorded_at, deals.judged_at) as entered_at,
        changes.source,
        changes.precision,
        changes.actor_id,
        changes.actor_kind
    from changes
    inner join deals on changes.deal_key = deals.deal_key
    where
        not coalesce(changes.entered_at > deals.judged_at, false)
        and not coalesce(changes.recorded_at > deals.judged_at, false)

),

placed as (

    select
        dated.*,
        positions.place as position
    from dated
    inner join periods
        on dated.entered_at >= periods.in_force_from and dated.entered_at < periods.in_force_to
    left join positions
        on periods.version = positions.version and dated.stage_key = positions.stage_key

),

-- changes of the same moment are read in forward order: CRMs don't keep the order of one save
compared as (

    select
        placed.*,
        row_number() over in_order as place,
        lag(stage_key) over in_order as previous_stage_key
    from placed
    window in_order as (
        partition by deal_key
        order by entered_at, case when position is null then 1 else 0 end, position, change_id
    )

),

final as (

    select
        connection,
        deal_key,
        place,
        stage_key,
        pipeline_id,
        stage_id,
        entered_at,
        source,
        precision,
        actor_id,
        actor_kind
    from compared
    where previous_stage_key is null or previous_stage_key <> stage_key

)

select * from final
