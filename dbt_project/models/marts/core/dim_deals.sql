with pushes as (
    select
        deal_key,
        count(*) as push_count
    from {{ ref('int_deal_changes') }}
    where field = 'close_date' and value > old_value
    group by deal_key
)

select
    deals.connection,
    deals.crm,
    deals.deal_key,
    deals.deal_id,
    deals.deal_name,
    deals.deal_url,
    deals.pipeline_id,
    crm_stages.pipeline_name,
    deals.stage_id,
    crm_stages.stage_name as crm_stage_name,
    deals.stage_key,
    deals.deal_type,
    segments.segment,
    deals.owner_id,
    deals.owner_key,
    deals.amount,
    deals.currency,
    deals.amount_home,
    settings.home_currency,
    deals.created_at,
    deals.modified_at,
    deals.close_date,
    deals.closed_at,
    cast(coalesce(pushes.push_count, 0) as integer) as push_count,
    deals.lost_reason,
    deals.is_won,
    deals.is_lost,
    deals.is_open,
    deals.is_deleted,
    deals.merged_into,
    deals.merged_at,
    deals.is_judged,
    deals.unjudged_reason,
    connections.judged_at,
    settings.as_of,
    deals.extracted_at
from {{ ref('int_deals') }} as deals
cross join {{ source('reference', 'settings') }} as settings
left join {{ source('reference', 'connections') }} as connections
    on deals.connection = connections.connection
left join {{ ref('int_crm_stages') }} as crm_stages
    on
        deals.connection = crm_stages.connection
        and deals.pipeline_id = crm_stages.pipeline_id
        and deals.stage_id = crm_stages.stage_id
left join pushes
    on deals.deal_key = pushes.deal_key
left join {{ ref('int_deal_segments') }} as segments
    on deals.deal_key = segments.deal_key
