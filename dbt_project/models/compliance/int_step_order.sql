with steps as (

    select * from {{ source('reference', 'process_steps') }}
    where after_step_key is not null

),

verdicts as (

    select * from {{ ref('int_step_verdicts') }}
    where done_at is not null

),

calendar as (

    select * from {{ source('reference', 'calendar') }}

),

-- what was done on a day, at a time that nobody wrote down, may have been done until that day's end
done as (

    select
        verdicts.deal_key,
        verdicts.step_key,
        steps.after_step_key,
        verdicts.done_at,
        coalesce({{ add_seconds('calendar.day_end_utc', '-0.000001') }}, verdicts.done_at) as last_moment
    from verdicts
    inner join steps on verdicts.version = steps.version and verdicts.step_key = steps.step_key
    left join calendar on verdicts.done_at = calendar.day_start_utc

),

-- an order needs both: a predecessor that is missing has a finding of its own
final as (

    select
        done.deal_key,
        done.step_key,
        done.done_at,
        done.last_moment,
        done.after_step_key,
        predecessors.done_at as after_done_at,
        coalesce(
            done.last_moment < predecessors.done_at
            -- where the predecessor may have been done before as well, nobody knows
            and not coalesce(doubts.perhaps_at <= done.last_moment, false),
            false
        ) as is_out_of_order
    from done
    left join verdicts as predecessors
        on done.deal_key = predecessors.deal_key and done.after_step_key = predecessors.step_key
    left join {{ ref('int_order_doubts') }} as doubts
        on
            predecessors.deal_key = doubts.deal_key
            and predecessors.version = doubts.version
            and predecessors.step_key = doubts.step_key

)

select * from final
