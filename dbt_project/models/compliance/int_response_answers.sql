with events as (

    select * from {{ ref('int_response_events') }}

),

-- a trigger reads on from its own moment, an answer that is known by the day counts to that day's end
moments as (

    select
        deal_key,
        version,
        response_key,
        record_kind,
        record_id,
        happened_at as place,
        0 as rank_of_moment,
        cast(null as timestamp) as answer_at,
        cast(null as timestamp) as possible_at,
        cast(null as timestamp) as undated_at
    from events
    where is_trigger

    union all

    select
        deal_key,
        version,
        response_key,
        record_kind,
        record_id,
        case when happened_at is not null then happened_until end as place,
        1 as rank_of_moment,
        case when is_answer then happened_at end as answer_at,
        case when not is_answer then happened_at end as possible_at,
        case when happened_at is null then coalesce(happened_until, cast('9999-12-31' as timestamp)) end as undated_at
    from events
    where may_be_answer

),

matched as (

    select
        *,
        min(answer_at) over onwards as answered_at,
        min(possible_at) over onwards as maybe_answered_at,
        max(undated_at) over (partition by deal_key, version, response_key) as undated_until
    from moments
    window onwards as (
        partition by deal_key, version, response_key
        order by case when place is null then 1 else 0 end, place, rank_of_moment
        rows between current row and unbounded following
    )

),

others as (

    select * from {{ ref('int_mutual_answers') }}

),

final as (

    select
        triggers.deal_key,
        triggers.version,
        triggers.response_key,
        triggers.record_kind,
        triggers.record_id,
        triggers.happened_at as activated_at,
        triggers.happened_until as activated_until,
        case
            when triggers.may_be_answer then others.answered_at
            when triggers.happened_at is not null then matched.answered_at
        end as answered_at,
        case
            when triggers.may_be_answer then others.maybe_answered_at
            when triggers.happened_at is not null then matched.maybe_answered_at
        end as maybe_answered_at,
        coalesce(matched.undated_until >= triggers.happened_at, false) as has_undated_answer
    from events as triggers
    inner join matched
        on
            triggers.deal_key = matched.deal_key
            and triggers.version = matched.version
            and triggers.response_key = matched.response_key
            and triggers.record_kind = matched.record_kind
            and triggers.record_id = matched.record_id
            and matched.rank_of_moment = 0
    left join others
        on
            triggers.deal_key = others.deal_key
            and triggers.version = others.version
            and triggers.response_key = others.response_key
            and triggers.record_kind = others.record_kind
            and triggers.record_id = others.record_id
    where triggers.is_trigger

)

select * from final
