-- The windows stand in a circle; a block begins at any of them. The last block drawn is cut, so that as many windows
-- are drawn as there were.
with duels as (

    select * from {{ ref('int_forecast_duels') }}

),

steps as (

    select
        starts.deal_type,
        starts.level,
        starts.horizon_steps,
        starts.baseline,
        starts.place,
        starts.windows,
        starts.last_block_no,
        steps.gain,
        mod(steps.place - starts.place + starts.windows, starts.windows) as distance,
        starts.windows - starts.last_block_no * starts.block_windows as cut_windows
    from duels as starts
    inner join duels as steps
        on
            starts.deal_type = steps.deal_type
            and starts.level = steps.level
            and starts.horizon_steps = steps.horizon_steps
            and starts.baseline = steps.baseline
            and mod(steps.place - starts.place + starts.windows, starts.windows) < starts.block_windows

),

final as (

    select
        deal_type,
        level,
        horizon_steps,
        baseline,
        place,
        windows,
        last_block_no,
        sum(gain) as whole_gain,
        sum(case when distance < cut_windows then gain else 0 end) as cut_gain
    from steps
    group by deal_type, level, horizon_steps, baseline, place, windows, last_block_no

)

select * from final
