-- a trigger reads on from its own moment, an answer that is known by the day counts to that day's end
with ordered as (

    select
        events.*,
        case when is_trigger or happened_at is null then happened_at else happened_until end as place,
        case when is_trigger then 0 else 1 end as rank_of_moment,
        case when is_answer then happened_at end as answer_at,
        case when may_be_answer and not is_answer then happened_at end as possible_at,
        max(
            case
                when may_be_answer and happened_at is null
                    then coalesce(happened_until, cast('9999-12-31' as timestamp))
            end
        ) over whole as undated_until
    from {{ ref('int_response_events') }} as events
    window whole as (partition by deal_key, version, response_key)

),

-- whatever comes next: no record answers itself
matched as (

    select
        *,
        min(answer_at) over onwards as answered_at,
        min(possible_at) over onwards as maybe_answered_at
    from ordered
    window onwards as (
        partition by deal_key, version, response_key
        order by case when place is null then 1 else 0 end, place, rank_of_moment, record_kind, record_id
        rows between 1 following and unbounded following
    )

),

final as (

    select
        deal_key,
        version,
        response_key,
        record_kind,
        record_id,
        happened_at as activated_at,
        happened_until as activated_until,
        case when happened_at is not null then answered_at end as answered_at,
        case when happened_at is not null then maybe_answered_at end as maybe_answered_at,
        coalesce(undated_until >= happened_at, false) as has_undated_answer
    from matched
    where is_trigger

)

select * from final
