{{ config(materialized='view') }}

with evidence as (

    select * from {{ ref('int_known_evidence') }}

),

possible as (

    select * from {{ ref('int_possible_records') }}

),

responses as (

    select * from {{ source('reference', 'process_responses') }}

),

roles as (

    select
        version,
        response_key,
        response_key as step_key,
        false as is_trigger
    from responses
    union all
    select
        version,
        response_key,
        response_key || ':trigger' as step_key,
        true as is_trigger
    from responses

),

-- what a reading found was there by then, nobody knows since when; what may have set a duty off, and may as well not
-- have, asks nothing of anybody
told as (

    select
        evidence.deal_key,
        roles.version,
        roles.response_key,
        roles.is_trigger,
        evidence.record_kind,
        evidence.record_id,
        case when not evidence.is_order then evidence.happened_at end as happened_at,
        evidence.happened_until,
        true as is_certain
    from evidence
    inner join roles on evidence.version = roles.version and evidence.step_key = roles.step_key
    left join {{ ref('int_withdrawn_activities') }} as withdrawn
        on
            evidence.deal_key = withdrawn.deal_key
            and evidence.record_kind = 'activity'
            and evidence.record_id = withdrawn.activity_id
    where withdrawn.activity_id is null
    union all
    select
        possible.deal_key,
        roles.version,
        roles.response_key,
        roles.is_trigger,
        possible.record_kind,
        possible.record_id,
        case when possible.precision <> 'order' then possible.happened_from end as happened_at,
        possible.happened_until,
        false as is_certain
    from possible
    inner join roles on possible.version = roles.version and possible.step_key = roles.step_key
    where not roles.is_trigger

),

-- a record may prove several things at once
final as (

    select
        deal_key,
        version,
        response_key,
        record_kind,
        record_id,
        happened_at,
        happened_until,
        max(case when is_trigger then 1 else 0 end) = 1 as is_trigger,
        max(case when not is_trigger and is_certain then 1 else 0 end) = 1 as is_answer,
        max(case when not is_trigger then 1 else 0 end) = 1 as may_be_answer
    from told
    group by deal_key, version, response_key, record_kind, record_id, happened_at, happened_until

)

select * from final
