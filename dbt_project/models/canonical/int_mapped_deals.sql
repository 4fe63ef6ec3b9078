{# Deals in the process's words: stage, type, owner and state, before money and merges. #}
with deals as (
    {{ union_crms('deals', [
        'connection', 'deal_id', 'deal_name', 'pipeline_id', 'stage_id', 'amount', 'currency', 'created_at',
        'modified_at', 'close_date', 'closed_at', 'owner_id', 'native_deal_type', 'lost_reason', 'is_deleted',
        'deal_url', 'extracted_at'
    ]) }}
),

deal_type_map as (
    select
        connection,
        lower(native_value) as native_value,
        min(deal_type) as deal_type
    from {{ source('reference', 'deal_type_map') }}
    group by connection, lower(native_value)
),

mapped as (
    select
        deals.*,
        deals.connection || ':' || deals.deal_id as deal_key,
        case when deals.stage_id is not null then coalesce(stage_map.stage_key, 'unmapped') end as stage_key,
        coalesce(deal_type_map.deal_type, pipeline_map.deal_type, 'unmapped') as deal_type,
        coalesce(owners.owner_key, deals.connection || ':' || deals.owner_id) as owner_key,
        crm_stages.is_closed as crm_is_closed,
        crm_stages.is_won as crm_is_won
    from deals
    left join {{ source('reference', 'stage_map') }} as stage_map
        on
            deals.connection = stage_map.connection
            and deals.pipeline_id = stage_map.pipeline_id
            and deals.stage_id = stage_map.stage_id
    left join {{ source('reference', 'pipeline_map') }} as pipeline_map
        on
            deals.connection = pipeline_map.connection
            and deals.pipeline_id = pipeline_map.pipeline_id
    left join deal_type_map
        on
            deals.connection = deal_type_map.connection
            and lower(deals.native_deal_type) = deal_type_map.native_value
    left join {{ ref('int_owners') }} as owners
        on
            deals.connection = owners.connection
            and deals.owner_id = owners.owner_id
    left join {{ ref('int_crm_stages') }} as crm_stages
        on
            deals.connection = crm_stages.connection
            and deals.pipeline_id = crm_stages.pipeline_id
            and deals.stage_id = crm_stages.stage_id
)

{# A stage that nobody mapped is won or lost if the CRM itself says so. #}
select
    *,
    coalesce(stage_key = 'won' or (stage_key = 'unmapped' and crm_is_won), false) as is_won,
    coalesce(stage_key = 'lost' or (stage_key = 'unmapped' and crm_is_closed and not crm_is_won), false) as is_lost
from mapped
