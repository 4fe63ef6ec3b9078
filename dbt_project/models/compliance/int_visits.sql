with runs as (

    select * from {{ ref('int_stage_runs') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- a stage left for another and re-entered at once was a slip of the mouse: the visit between never happened; what
-- it leaves behind may be one too (there, further, and all the way back), so it is looked for three times
{% for turn in [1, 2, 3] %}
    {%- set before = 'runs' if turn == 1 else 'visits_' ~ (turn - 1) %}
    neighbours_{{ turn }} as (

        select
            visits.*,
            lag(stage_key) over (partition by deal_key order by place) as stage_key_before,
            lead(stage_key) over (partition by deal_key order by place) as stage_key_after,
            lead(entered_at) over (partition by deal_key order by place) as left_at
        from {{ before }} as visits

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
    from visits_3

)

select * from final
