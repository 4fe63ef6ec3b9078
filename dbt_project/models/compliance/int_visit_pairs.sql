{{ config(materialized='view') }}

with visits as (

    select * from {{ ref('int_visits') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

final as (

    select
        visits.connection,
        visits.deal_key,
        coalesce(visits.pipeline_id, paths.pipeline_id) as pipeline_id,
        coalesce(visits.left_pipeline_id, visits.pipeline_id, paths.pipeline_id) as left_pipeline_id,
        visits.visit_no,
        periods.version,
        visits.entered_at as moved_at,
        visits.left_stage_key,
        visits.open_stage_key,
        visits.stage_key,
        visits.stage_id,
        visits.actor_id as moved_by,
        visits.actor_kind as moved_by_kind
    from visits
    inner join paths on visits.deal_key = paths.deal_key
    inner join {{ ref('int_process_periods') }} as periods
        on visits.entered_at >= periods.in_force_from and visits.entered_at < periods.in_force_to
    inner join {{ source('reference', 'process_deal_types') }} as judged_types
        on periods.version = judged_types.version and paths.deal_type = judged_types.deal_type
    -- whom the version does not concern, or perhaps not, it does not show a way
    left join {{ ref('int_step_conditions') }} as conditions
        on
            visits.deal_key = conditions.deal_key
            and periods.version = conditions.version
            and conditions.step_key = ':move ' || cast(visits.visit_no as {{ dbt.type_string() }})
    where
        visits.precision <> 'order'
        and coalesce(conditions.failing_field, conditions.doubtful_field) is null
        -- the moves of two merged deals are one history that nobody went through
        and (paths.unclear_until is null or visits.entered_at > paths.unclear_until)
        and (visits.visit_no > 1 or not paths.is_truncated)

)

select * from final
