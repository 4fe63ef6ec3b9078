with evidence as (

    select * from {{ ref('int_counted_evidence') }}
    where needed > 1 or counts_days

),

-- so many records, and where it is asked for, on so many days: what is counted by days counts once a day
units as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        'record' as unit,
        case when counts_days then coalesce(min_count, 1) else needed end as needed,
        happened_at,
        proven_at,
        timely_at,
        recorded_at
    from evidence

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        'day' as unit,
        needed,
        min(happened_at) as happened_at,
        min(proven_at) as proven_at,
        min(timely_at) as timely_at,
        min(recorded_at) as recorded_at
    from evidence
    where counts_days
    group by deal_key, version, step_key, alternative, term, needed, counted_day

),

ranked as (

    select
        units.*,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term, unit
            order by case when happened_at is null then 1 else 0 end, happened_at
        ) as happened_at_rank,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term, unit
            order by case when proven_at is null then 1 else 0 end, proven_at
        ) as proven_at_rank,
        row_number() over (
            partition by deal_key, version, step_key, alternative, term, unit
            order by case when timely_at is null then 1 else 0 end, timely_at
        ) as timely_at_rank
    from units

),

counted as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        max(case when happened_at_rank = needed then happened_at end) as done_at,
        max(case when proven_at_rank = needed then proven_at end) as proven_at,
        max(case when timely_at_rank = needed then timely_at end) as timely_at,
        max(case when proven_at_rank = needed then recorded_at end) as recorded_at,
        max(case when happened_at is null then 1 else 0 end) as undated,
        -- what can't be dated may have been on a day that is counted already
        count(case when unit = 'record' or happened_at is not null then 1 end) >= max(needed) as is_enough
    from ranked
    group by deal_key, version, step_key, alternative, term, unit

),

final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        case when count(done_at) = count(*) then max(done_at) end as done_at,
        case when count(proven_at) = count(*) then max(proven_at) end as proven_at,
        case when count(timely_at) = count(*) then max(timely_at) end as timely_at,
        max(recorded_at) as recorded_at,
        max(undated) = 1 as has_undated,
        count(case when is_enough then 1 end) = count(*) as is_complete
    from counted
    group by deal_key, version, step_key, alternative, term

)

select * from final
