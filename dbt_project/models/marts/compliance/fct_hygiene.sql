with hygiene as (

    select * from {{ ref('int_hygiene') }}

),

deals as (

    select * from {{ ref('int_judged_deals') }}

),

final as (

    select
        {{ surrogate_key(['hygiene.deal_key', 'hygiene.rule_key']) }} as hygiene_id,
        deals.connection,
        deals.crm,
        hygiene.deal_key,
        deals.deal_id,
        deals.owner_key,
        hygiene.stage_key,
        hygiene.rule_key,
        hygiene.kind,
        hygiene.version as process_version,
        hygiene.severity,
        hygiene.state,
        hygiene.since,
        cast({{ seconds_between('hygiene.since', 'deals.judged_at') }} / 86400 as double) as days,
        hygiene.sentence,
        hygiene.reason,
        deals.amount_home,
        deals.judged_at,
        deals.as_of
    from hygiene
    inner join deals on hygiene.deal_key = deals.deal_key

)

select * from final
