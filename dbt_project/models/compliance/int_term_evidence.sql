with evidence as (

    select * from {{ ref('int_counted_evidence') }}

),

repeated as (

    select * from {{ ref('int_repeated_evidence') }}

),

gate_values as (

    select * from {{ ref('int_values_at_gate') }}

),

single as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        min(happened_at) as done_at,
        min(proven_at) as proven_at,
        min(timely_at) as timely_at,
        coalesce(min(case when timely_at is not null then recorded_at end), min(recorded_at)) as recorded_at,
        max(case when happened_at is null then 1 else 0 end) = 1 as has_undated
    from evidence
    where needed = 1 and not counts_days
    group by deal_key, version, step_key, alternative, term

),

at_gate as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        case when is_satisfied then gate_at end as done_at,
        case when is_satisfied then proven_at end as proven_at,
        case when is_satisfied and is_timely then gate_at end as timely_at,
        case when is_satisfied then recorded_at end as recorded_at,
        not is_known as has_undated
    from gate_values
    where is_satisfied or not is_known

),

final as (

    select * from single
    union all
    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        done_at,
        proven_at,
        timely_at,
        recorded_at,
        has_undated
    from repeated
    where is_complete
    union all
    select * from at_gate

)

select * from final
