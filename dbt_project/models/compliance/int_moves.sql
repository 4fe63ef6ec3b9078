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

skipped as (

    select * from {{ ref('int_skipped_stages') }}

),

placed as (

    select
        pairs.connection,
        pairs.deal_key,
        pairs.visit_no,
        pairs.moved_at,
        pairs.left_stage_key,
        pairs.stage_key,
        pairs.moved_by,
        pairs.moved_by_kind,
        starts.stage_name as from_name,
        coalesce(ends.stage_name, names.stage_name) as to_name,
        starts.is_sink as is_from_sink,
        coalesce(ends.is_sink, false) as is_to_sink,
        starts.position as from_position,
        ends.position as to_position,
        coalesce(opens.stage_name, starts.stage_name) as open_name,
        skipped.skipped_names
    from pairs
    inner join names on pairs.stage_key = names.stage_key
    left join positions as ends
        on pairs.version = ends.version and pairs.stage_key = ends.stage_key
    left join positions as starts
        on pairs.version = starts.version and pairs.left_stage_key = starts.stage_key
    left join positions as opens
        on pairs.version = opens.version and pairs.open_stage_key = opens.stage_key
    left join skipped
        on pairs.deal_key = skipped.deal_key and pairs.visit_no = skipped.visit_no

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

    select
        placed.*,
        'reopened' as kind,
        'Opened again in ' || to_name || ' after it was ' || lower(from_name) as sentence
    from placed
    where is_from_sink and not is_to_sink

    union all

    -- nothing was opened in between: the deal has been decided twice
    select
        placed.*,
        'conflicting_outcome' as kind,
        to_name || ' after it was ' || lower(from_name) as sentence
    from placed
    where is_from_sink and is_to_sink and from_position <> to_position

)

select * from final
