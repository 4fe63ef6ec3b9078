with pairs as (

    select * from {{ ref('int_visit_pairs') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

mapped as (

    select distinct
        connection,
        pipeline_id,
        stage_key
    from {{ source('reference', 'stage_map') }}

),

first_visits as (

    select
        deal_key,
        stage_key,
        min(visit_no) as visit_no
    from {{ ref('int_visits') }}
    group by deal_key, stage_key

),

-- a deal that begins in a later stage came from before the first
spans as (

    select
        pairs.*,
        ends.position as to_position,
        case when pairs.visit_no = 1 then 0 else starts.position end as from_position
    from pairs
    inner join positions as ends
        on pairs.version = ends.version and pairs.stage_key = ends.stage_key
    left join positions as starts
        on pairs.version = starts.version and pairs.open_stage_key = starts.stage_key
    where pairs.stage_key <> 'lost'

),

-- a stage without a counterpart in the pipeline that the deal left or came into is optional there; one where the deal
-- was before is not skipped, nor one where it may have been: before its history begins, or in an unmapped stage
final as (

    select
        spans.deal_key,
        spans.visit_no,
        {{ listagg_ordered('stages.stage_name', "', '", 'stages.position') }} as skipped_names
    from spans
    inner join positions as stages
        on
            spans.version = stages.version
            and spans.from_position < stages.position
            and spans.to_position > stages.position
    inner join mapped
        on
            spans.connection = mapped.connection
            and spans.pipeline_id = mapped.pipeline_id
            and stages.stage_key = mapped.stage_key
    inner join mapped as left_mapped
        on
            spans.connection = left_mapped.connection
            and spans.left_pipeline_id = left_mapped.pipeline_id
            and stages.stage_key = left_mapped.stage_key
    left join first_visits
        on
            spans.deal_key = first_visits.deal_key
            and first_visits.stage_key in (stages.stage_key, 'unmapped')
            and spans.visit_no > first_visits.visit_no
    left join {{ ref('int_unseen_stages') }} as unseen
        on
            spans.deal_key = unseen.deal_key
            and spans.version = unseen.version
            and stages.stage_key = unseen.stage_key
    where not stages.is_optional and first_visits.deal_key is null and unseen.deal_key is null
    group by spans.deal_key, spans.visit_no

)

select * from final
