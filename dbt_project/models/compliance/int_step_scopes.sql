with candidates as (

    select * from {{ ref('int_step_candidates') }}
    where is_in_force

),

deals as (

    select * from {{ ref('int_deal_paths') }}

),

positions as (

    select * from {{ ref('int_stage_positions') }}

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

mapped as (

    select distinct
        connection,
        pipeline_id,
        stage_key
    from {{ source('reference', 'stage_map') }}

),

visits as (

    select * from {{ ref('int_visits') }}

),

conditions as (

    select * from {{ ref('int_step_conditions') }}

),

placed as (

    select
        candidates.deal_key,
        candidates.version,
        candidates.step_key,
        deals.is_judged,
        deals.unjudged_reason,
        judged_types.deal_type is not null as is_of_type,
        conditions.failing_field,
        conditions.doubtful_field,
        -- a stage without a counterpart in the pipeline that the deal left or came into is optional there
        (positions.is_optional or mapped.stage_key is null or left_mapped.stage_key is null)
        and candidates.gate_at is not null
        and candidates.undatable_reason is null
        and not candidates.is_entered_before_gate as is_passed_by
    from candidates
    inner join deals on candidates.deal_key = deals.deal_key
    inner join positions on candidates.version = positions.version and candidates.stage_key = positions.stage_key
    left join judged_types
        on candidates.version = judged_types.version and deals.deal_type = judged_types.deal_type
    left join visits on candidates.deal_key = visits.deal_key and candidates.gate_visit_no = visits.visit_no
    left join mapped
        on
            candidates.connection = mapped.connection
            and coalesce(visits.pipeline_id, deals.pipeline_id) = mapped.pipeline_id
            and candidates.stage_key = mapped.stage_key
    left join mapped as left_mapped
        on
            candidates.connection = left_mapped.connection
            and coalesce(visits.left_pipeline_id, visits.pipeline_id, deals.pipeline_id) = left_mapped.pipeline_id
            and candidates.stage_key = left_mapped.stage_key
    left join conditions
        on
            candidates.deal_key = conditions.deal_key
            and candidates.version = conditions.version
            and candidates.step_key = conditions.step_key

),

final as (

    select
        deal_key,
        version,
        step_key,
        case
            when not is_judged then unjudged_reason
            when not is_of_type then 'deal_type'
            when failing_field is not null then 'the process does not ask for it with this ' || failing_field
            when is_passed_by then 'the deal went past the stage, which is optional'
        end as inapplicable_reason,
        'whether it is asked of this deal depends on its ' || doubtful_field
        || ', and what that was then is not known' as doubtful_reason
    from placed
    where
        not is_judged
        or not is_of_type
        or is_passed_by
        or failing_field is not null
        or doubtful_field is not null

)

select * from final
