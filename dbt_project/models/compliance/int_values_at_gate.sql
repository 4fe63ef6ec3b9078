with readings as (

    select * from {{ ref('int_gate_readings') }}

),

followed as (

    select
        readings.*,
        min(case when not is_before_gate then changed_at end) over (
            partition by deal_key, step_key, alternative, term
        ) as next_at
    from readings

),

latest as (

    select
        followed.*,
        backfill_policy = 'accept'
        or coalesce({{ add_seconds('recorded_at', '-backfill_seconds') }} <= deadline_at, true) as is_timely,
        -- a snapshot's value was there when it was read, and nobody knows for how long: perhaps at the gate already
        max(case when not is_before_gate and source = 'snapshot' and changed_at = next_at then 1 else 0 end) over (
            partition by deal_key, step_key, alternative, term
        ) as perhaps_changed,
        max(case when not is_before_gate and reaches_gate and changed_at = next_at then 1 else 0 end) over (
            partition by deal_key, step_key, alternative, term
        ) = 1 as next_reaches,
        row_number() over (
            partition by deal_key, step_key, alternative, term
            order by case when is_before_gate then 0 else 1 end, changed_at desc, value desc
        ) as recency,
        max(case when changed_at is not null then 1 else 0 end) over (
            partition by deal_key, step_key, alternative, term
        ) as dated_changes
    from followed

),

final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        gate_at,
        case when is_before_gate then value end as value,
        case when is_before_gate then changed_at end as changed_at,
        change_id,
        field,
        actor_id,
        case when is_before_gate then recorded_at end as recorded_at,
        -- the earliest deadline that it would still have kept, as with every record that may be entered a little later
        greatest(
            gate_at, coalesce({{ add_seconds('recorded_at', '-backfill_seconds') }}, gate_at)
        ) as proven_at,
        is_before_gate and reaches_gate and (perhaps_changed = 0 or next_reaches) as is_satisfied,
        dated_changes > 0
        -- what came in too late may by then have been replaced by what was in time
        and (
            perhaps_changed = 0
            or (is_before_gate and reaches_gate = next_reaches and (is_timely or not reaches_gate))
        ) as is_known,
        is_timely
    from latest
    where recency = 1

)

select * from final
