{# Money is converted at the rate of the day the deal closed, or of the night's day while it is open. #}
with deals as (
    select
        mapped.*,
        case
            when mapped.is_won or mapped.is_lost
                then coalesce(closings.closed_at, mapped.closed_at, cast(mapped.close_date as timestamp))
        end as closed_moment,
        coalesce(upper(mapped.currency), connections.default_currency, settings.home_currency) as money,
        connections.deal_url_template,
        settings.home_currency,
        settings.time_zone,
        settings.as_of
    from {{ ref('int_mapped_deals') }} as mapped
    cross join {{ source('reference', 'settings') }} as settings
    left join {{ source('reference', 'connections') }} as connections
        on mapped.connection = connections.connection
    left join {{ ref('int_deal_closings') }} as closings
        on
            mapped.deal_key = closings.deal_key
            and mapped.stage_key = closings.stage_key
),

judged_types as (
    select distinct deal_type from {{ source('reference', 'process_deal_types') }}
),

joined as (
    select
        deals.*,
        mergers.merged_into,
        coalesce(mergers.merged_at, survivors.merged_at) as merged_at,
        survivors.unclear_until,
        case
            when deals.money = deals.home_currency then deals.amount
            else {{ times('deals.amount', 'rates.rate_to_home') }}
        end as amount_home,
        case
            when mergers.merged_into is not null then 'merged'
            when deals.is_deleted then 'deleted'
            when deals.pipeline_id is null then 'no_pipeline'
            when judged_types.deal_type is null then 'deal_type'
        end as unjudged_reason
    from deals
    left join {{ ref('int_deal_merges') }} as mergers
        on deals.deal_key = mergers.deal_key
    left join {{ ref('int_survivors') }} as survivors
        on deals.deal_key = survivors.deal_key
    left join judged_types
        on deals.deal_type = judged_types.deal_type
    left join {{ ref('int_fx_rates') }} as rates
        on
            deals.money = rates.currency
            and {{ local_date('coalesce(deals.closed_moment, deals.as_of)', 'deals.time_zone') }} >= rates.valid_from
            and (
                rates.valid_to is null
                or {{ local_date('coalesce(deals.closed_moment, deals.as_of)', 'deals.time_zone') }} < rates.valid_to
            )
)

select
    connection,
    crm,
    deal_key,
    deal_id,
    deal_name,
    pipeline_id,
    stage_id,
    stage_key,
    amount,
    money as currency,
    amount_home,
    created_at,
    modified_at,
    close_date,
    closed_moment as closed_at,
    owner_id,
    owner_key,
    deal_type,
    lost_reason,
    is_won,
    is_lost,
    not is_won and not is_lost as is_open,
    is_deleted,
    merged_into,
    merged_at,
    unclear_until,
    unjudged_reason is null as is_judged,
    unjudged_reason,
    coalesce(deal_url, replace(deal_url_template, '{id}', {{ url_encode('deal_id') }})) as deal_url,
    extracted_at
from joined
