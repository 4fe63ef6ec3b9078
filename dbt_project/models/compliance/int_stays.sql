with times as (

    select * from {{ ref('int_stage_times') }}
    where is_timed and (unclear_until is null or entered_at > unclear_until)

),

paths as (

    select * from {{ ref('int_deal_paths') }}
    where is_judged

),

segments as (

    select * from {{ ref('int_deal_segments') }}

),

stages as (

    select distinct stage_key
    from {{ ref('int_stage_positions') }}
    where not is_sink

),

-- where the history begins in the middle of a stay nobody knows how long that was
final as (

    select
        times.deal_key,
        times.visit_no,
        paths.deal_type,
        times.stage_key,
        segments.segment,
        times.entered_at,
        times.days,
        times.left_at is not null as has_left,
        times.visit_no > 1 or not paths.is_truncated as is_whole
    from times
    inner join paths on times.deal_key = paths.deal_key
    inner join stages on times.stage_key = stages.stage_key
    left join segments on times.deal_key = segments.deal_key

)

select * from final
