with deals as (

    select * from {{ ref('int_deals') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

settings as (

    select * from {{ source('reference', 'settings') }}

),

final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_id,
        deals.pipeline_id,
        deals.deal_type,
        deals.stage_key,
        deals.owner_key,
        deals.amount_home,
        deals.created_at,
        deals.unclear_until,
        deals.is_judged and connections.state <> 'backfilling' as is_judged,
        case
            when not deals.is_judged then coalesce(deals.unjudged_reason, 'not_judged')
            when connections.state = 'backfilling' then 'backfilling'
        end as unjudged_reason,
        coalesce(connections.judged_at, settings.as_of) as judged_at,
        settings.judge_from,
        settings.as_of
    from deals
    inner join connections on deals.connection = connections.connection
    cross join settings

)

select * from final
