with mended as (

    select * from {{ ref('int_mended_runs') }}

),

lasting as (

    select runs.*
    from {{ ref('int_stage_runs') }} as runs
    where
        not exists (
            select mended.deal_key from mended
            where runs.deal_key = mended.deal_key
        )

    union all

    select * from mended

),

final as (

    select
        connection,
        deal_key,
        cast(row_number() over in_order as integer) as visit_no,
        stage_key,
        pipeline_id,
        stage_id,
        lag(stage_key) over in_order as left_stage_key,
        lag(pipeline_id) over in_order as left_pipeline_id,
        -- where the deal last stood when losses are left out: no two visits in a row are to one stage
        case
            when lag(stage_key) over in_order = 'lost' then lag(stage_key, 2) over in_order
            else lag(stage_key) over in_order
        end as open_stage_key,
        entered_at,
        lead(entered_at) over in_order as left_at,
        source,
        precision,
        lead(precision) over in_order as left_precision,
        actor_id,
        actor_kind
    from lasting
    window in_order as (partition by deal_key order by place)

)

select * from final
