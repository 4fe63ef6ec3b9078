with visits as (

    select * from {{ ref('int_visits') }}

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

judged_types as (

    select * from {{ source('reference', 'process_deal_types') }}

),

periods as (

    select * from {{ ref('int_process_periods') }}

),

-- where the deal came from, and where it last stood before when losses are left out
paired as (

    select
        visits.*,
        lag(visits.stage_key) over (partition by visits.deal_key order by visits.visit_no) as left_stage_key,
        lag(visits.stage_key) over (
            partition by visits.deal_key, case when visits.stage_key = 'lost' then 1 else 0 end
            order by visits.visit_no
        ) as open_stage_key
    from visits

),

final as (

    select
        paired.connection,
        paired.deal_key,
        paths.pipeline_id,
        paired.visit_no,
        periods.version,
        paired.entered_at as moved_at,
        paired.left_stage_key,
        paired.open_stage_key,
        paired.stage_key,
        paired.stage_id,
        paired.actor_id as moved_by,
        paired.actor_kind as moved_by_kind
    from paired
    inner join paths on paired.deal_key = paths.deal_key
    inner join periods
        on paired.entered_at >= periods.in_force_from and paired.entered_at < periods.in_force_to
    inner join judged_types
        on periods.version = judged_types.version and paths.deal_type = judged_types.deal_type
    where
        paired.precision <> 'order'
        -- the moves of two merged deals are one history that nobody went through
        and (paths.unclear_until is null or paired.entered_at > paths.unclear_until)
        and (paired.visit_no > 1 or not paths.is_truncated)

)

select * from final
