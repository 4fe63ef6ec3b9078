{{ config(materialized='view') }}

with events as (

    select * from {{ ref('int_response_events') }}

),

-- no record answers itself, so of one that asks and answers the others are looked at
final as (

    select
        asking.deal_key,
        asking.version,
        asking.response_key,
        asking.record_kind,
        asking.record_id,
        min(case when answering.is_answer then answering.happened_at end) as answered_at,
        min(case when not answering.is_answer then answering.happened_at end) as maybe_answered_at
    from events as asking
    left join events as answering
        on
            asking.deal_key = answering.deal_key
            and asking.version = answering.version
            and asking.response_key = answering.response_key
            and answering.may_be_answer
            and answering.happened_until >= asking.happened_at
            and (asking.record_kind <> answering.record_kind or asking.record_id <> answering.record_id)
    where asking.is_trigger and asking.may_be_answer
    group by asking.deal_key, asking.version, asking.response_key, asking.record_kind, asking.record_id

)

select * from final
