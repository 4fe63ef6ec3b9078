with runs as (

    select * from {{ ref('int_stage_runs') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

neighbours as (

    select
        runs.*,
        lag(stage_key) over (partition by deal_key order by place) as stage_key_before,
        lead(stage_key) over (partition by deal_key order by place) as stage_key_after,
        lead(entered_at) over (partition by deal_key order by place) as left_at
    from runs

),

-- a stage left for another and re-entered at once was a slip of the mouse: the visit between never happened
steady as (

    select
        neighbours.*,
        lag(neighbours.stage_key) over (partition by neighbours.deal_key order by neighbours.place) as steady_before
    from neighbours
    cross join settings
    where
        neighbours.stage_key_before is null
        or neighbours.stage_key_after is null
        or neighbours.stage_key_before <> neighbours.stage_key_after
        or neighbours.left_at > {{ add_seconds('neighbours.entered_at', 'settings.flicker_seconds') }}

),

visits as (

    select * from steady
    where steady_before is null or steady_before <> stage_key

),

final as (

    select
        connection,
        deal_key,
        cast(row_number() over (partition by deal_key order by place) as integer) as visit_no,
        stage_key,
        stage_id,
        entered_at,
        lead(entered_at) over (partition by deal_key order by place) as left_at,
        source,
        precision,
        actor_id,
        actor_kind
    from visits

)

select * from final
