with runs as (

    select * from {{ ref('int_stage_runs') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- only where a deal came back can it have been a slip
returned as (

    select distinct deal_key from (
        select deal_key
        from runs
        group by deal_key, stage_key
        having count(*) > 1
    ) as stages_entered_again

),

visits_0 as (

    select runs.*
    from runs
    inner join returned on runs.deal_key = returned.deal_key

),

-- a stage left for another and re-entered at once was a slip of the mouse: the visit between never happened; what
-- it leaves behind may be one too (there, further, and all the way back), so it is looked for three times
{% for turn in [1, 2, 3] %}
    neighbours_{{ turn }} as (

        select
            visits.*,
            lag(stage_key) over in_order as stage_key_before,
            lead(stage_key) over in_order as stage_key_after,
            lead(entered_at) over in_order as left_at
        from visits_{{ turn - 1 }} as visits
        window in_order as (partition by deal_key order by place)

    ),

    steady_{{ turn }} as (

        select
            visits.*,
            lag(visits.stage_key) over (partition by visits.deal_key order by visits.place) as steady_before
        from neighbours_{{ turn }} as visits
        cross join settings
        where
            visits.stage_key_before is null
            or visits.stage_key_after is null
            or visits.stage_key_before <> visits.stage_key_after
            or visits.left_at > {{ add_seconds('visits.entered_at', 'settings.flicker_seconds') }}

    ),

    visits_{{ turn }} as (

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
        from steady_{{ turn }}
        where steady_before is null or steady_before <> stage_key

    ),
{% endfor %}

final as (

    select * from visits_3

)

select * from final
