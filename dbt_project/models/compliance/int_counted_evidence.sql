with moments as (

    select * from {{ ref('int_dated_evidence') }}

),

terms as (

    select * from {{ source('reference', 'step_terms') }}

),

asked as (

    select
        moments.*,
        terms.distinct_days > 1 as counts_days,
        case when terms.distinct_days > 1 then terms.distinct_days else coalesce(terms.min_count, 1) end as needed,
        coalesce(terms.min_count, 1) as min_count,
        -- what was only seen to be there after the deadline, and not when it came, can't be dated
        case
            when moments.is_order and moments.deadline_at < moments.happened_at then cast(null as timestamp)
            else moments.happened_at
        end as dated_at
    from moments
    inner join terms
        on
            moments.version = terms.version
            and moments.step_key = terms.step_key
            and moments.alternative = terms.alternative
            and moments.term = terms.term
    -- what is asked for in the last days before leaving the stage can't be told before the deal has left it, and what
    -- can't be dated may have been then
    where
        terms.within_days_before_gate is null
        or (
            moments.gate_at is not null
            and coalesce(
                moments.happened_until
                >= {{ add_seconds('moments.gate_at', '-86400 * terms.within_days_before_gate') }}, true
            )
            and coalesce(moments.happened_at <= moments.deadline_at, true)
        )

),

-- the earliest deadline that the record would still have kept: it may be entered a little after it was done
proven as (

    select
        asked.*,
        case
            when asked.dated_at is not null then greatest(
                asked.dated_at,
                {{ add_seconds('coalesce(asked.recorded_at, asked.dated_at)', '-settings.backfill_seconds') }}
            )
        end as proven_at,
        case when asked.counts_days then {{ local_date('asked.dated_at', 'settings.time_zone') }} end as counted_day,
        case
            when asked.counts_days and asked.happened_at is null and not asked.is_order
                then {{ local_date('asked.happened_until', 'settings.time_zone') }}
        end as possible_day
    from asked
    cross join {{ source('reference', 'settings') }} as settings

),

final as (

    select
        deal_key,
        version,
        step_key,
        alternative,
        term,
        dated_at as happened_at,
        recorded_at,
        is_day,
        record_kind,
        record_id,
        label,
        status,
        direction,
        done_by,
        proven_at,
        -- when it happened, for what was entered in time as well
        case
            when
                deadline_at is null
                or case when backfill_policy = 'accept' then dated_at else proven_at end <= deadline_at
                then dated_at
        end as timely_at,
        needed,
        min_count,
        counted_day,
        possible_day,
        counts_days
    from proven

)

select * from final
