with evidence as (

    select * from {{ ref('int_counted_evidence') }}
    where happened_at is not null

),

shifts as (

    select
        deal_key,
        activity_id,
        started_at,
        occurred_at
    from {{ ref('int_activities') }}
    where started_at is not null and started_at <> occurred_at

),

shifted_deals as (

    select distinct deal_key from shifts

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

-- the evidence of deals with an activity that took its time, each activity seen by its other end
moved as (

    select
        evidence.*,
        case
            when evidence.happened_at = shifts.occurred_at then shifts.started_at
            when evidence.happened_at = shifts.started_at then shifts.occurred_at
            else evidence.happened_at
        end as other_at
    from evidence
    inner join shifted_deals on evidence.deal_key = shifted_deals.deal_key
    left join shifts
        on
            evidence.record_kind = 'activity'
            and evidence.deal_key = shifts.deal_key
            and evidence.record_id = shifts.activity_id

),

proven as (

    select
        moved.*,
        greatest(
            moved.other_at,
            {{ add_seconds('coalesce(moved.recorded_at, moved.other_at)', '-settings.backfill_seconds') }}
        ) as other_proven_at
    from moved
    cross join settings

),

-- what is counted by days counts once a day
final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        needed,
        other_at,
        other_proven_at
    from proven
    where not coalesce(counts_days, false)

    union all

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        needed,
        min(other_at) as other_at,
        min(other_proven_at) as other_proven_at
    from proven
    where counts_days
    group by deal_key, version, step_key, alternative, term, needed, counted_day

)

select * from final
