with evidence as (

    select * from {{ ref('int_counted_evidence') }}
    where needed > 1

),

-- what is counted by days counts once a day
units as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        needed,
        happened_at,
        proven_at,
        recorded_at
    from evidence
    where not counts_days

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        needed,
        min(happened_at) as happened_at,
        min(proven_at) as proven_at,
        min(recorded_at) as recorded_at
    from evidence
    where counts_days
    group by deal_key, version, step_key, alternative, term, needed, counted_day

),

ranked as (

    select
        units.*,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term
            order by case when happened_at is null then 1 else 0 end, happened_at
        ) as done_rank,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term
            order by case when proven_at is null then 1 else 0 end, proven_at
        ) as proven_rank
    from units

),

final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        max(case when done_rank = needed then happened_at end) as done_at,
        max(case when proven_rank = needed then proven_at end) as proven_at,
        max(case when proven_rank = needed then recorded_at end) as recorded_at,
        max(case when happened_at is null then 1 else 0 end) = 1 as has_undated
    from ranked
    group by deal_key, version, step_key, alternative, term
    having max(done_rank) >= max(needed)

)

select * from final
