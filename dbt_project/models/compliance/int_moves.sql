with pairs as (

    select * from {{ ref('int_visit_pairs') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

-- a stage that this version does not know has the name that another one gives it
names as (

    select
        stage_key,
        max(stage_name) as stage_name
    from positions
    group by stage_key

),

-- the few pairs of stages of which something is told, found before anything is looked up for every move
turns as (

    select
        starts.version,
        starts.stage_key as left_stage_key,
        names.stage_key
    from positions as starts
    cross join names
    left join positions as ends
        on starts.version = ends.version and names.stage_key = ends.stage_key
    where starts.is_sink or ends.position < starts.position

),

told as (

    select
        pairs.*,
        skipped.skipped_names
    from pairs
    left join turns
        on
            pairs.version = turns.version
            and pairs.left_stage_key = turns.left_stage_key
            and pairs.stage_key = turns.stage_key
    left join {{ ref('int_skipped_stages') }} as skipped
        on pairs.deal_key = skipped.deal_key and pairs.visit_no = skipped.visit_no
    where turns.version is not null or skipped.skipped_names is not null

),

placed as (

    select
        told.connection,
        told.deal_key,
        told.visit_no,
        told.moved_at,
        told.left_stage_key,
        told.stage_key,
        told.moved_by,
        told.moved_by_kind,
        starts.stage_name as from_name,
        coalesce(ends.stage_name, names.stage_name) as to_name,
        starts.is_sink as is_from_sink,
        coalesce(ends.is_sink, false) as is_to_sink,
        starts.position as from_position,
        ends.position as to_position,
        coalesce(opens.stage_name, starts.stage_name) as open_name,
        told.skipped_names
    from told
    inner join names on told.stage_key = names.stage_key
    left join positions as ends
        on told.version = ends.version and told.stage_key = ends.stage_key
    left join positions as starts
        on told.version = starts.version and told.left_stage_key = starts.stage_key
    left join positions as opens
        on told.version = opens.version and told.open_stage_key = opens.stage_key

),

final as (

    select
        placed.*,
        case when visit_no = 1 then 'born_late' else 'stage_skipped' end as kind,
        case
            when visit_no = 1 then 'Created in ' || to_name || ', without ' || skipped_names
            else 'Moved from ' || open_name || ' to ' || to_name || ' without ' || skipped_names
        end as sentence
    from placed
    where skipped_names is not null

    union all

    select
        placed.*,
        'moved_backward' as kind,
        'Moved back from ' || from_name || ' to ' || to_name as sentence
    from placed
    where not is_from_sink and not is_to_sink and to_position < from_position

    union all

    -- where nothing was opened in between, the deal has been decided twice
    select
        placed.*,
        case when is_to_sink then 'conflicting_outcome' else 'reopened' end as kind,
        case when is_to_sink then to_name else 'Opened again in ' || to_name end || ' after it was ' || lower(from_name)
            as sentence
    from placed
    where is_from_sink and (not is_to_sink or from_position <> to_position)

)

select * from final
