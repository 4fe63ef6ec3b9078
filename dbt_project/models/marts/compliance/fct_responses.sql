with verdicts as (

    select * from {{ ref('int_response_verdicts') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

final as (

    select
        {{ surrogate_key(['verdicts.deal_key', 'verdicts.response_key', 'verdicts.activation']) }} as response_id,
        deals.connection,
        deals.crm,
        verdicts.deal_key,
        deals.deal_id,
        deals.owner_key,
        verdicts.response_key,
        verdicts.version as process_version,
        cast(verdicts.activation as integer) as activation,
        verdicts.is_mandatory,
        verdicts.state,
        verdicts.is_due,
        verdicts.is_due and verdicts.state = 'fulfilled' as is_ok,
        verdicts.record_kind as set_off_by_kind,
        verdicts.record_id as set_off_by_id,
        verdicts.activated_at,
        verdicts.deadline_at,
        verdicts.first_answered_at as answered_at,
        verdicts.closed_at,
        verdicts.reason,
        verdicts.judged_at,
        deals.as_of
    from verdicts
    inner join deals on verdicts.deal_key = deals.deal_key

)

select * from final
