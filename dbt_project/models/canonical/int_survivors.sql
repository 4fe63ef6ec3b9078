{# One row per deal that took in others. Unless its CRM's staging can tell their moves apart, those from before the last
   merge are nobody's. #}
with mergers as (
    select * from {{ ref('int_deal_merges') }}
),

merged_paths as (
    {{ union_crms('merged_paths', ['connection', 'deal_id', 'unclear_until'], plumbline.crms_that_mix_merged_paths()) }}
),

survivors as (
    select
        connection,
        merged_into as deal_id,
        min(merged_at) as merged_at,
        max(merged_at) as last_merged_at
    from mergers
    group by connection, merged_into
)

select
    survivors.connection,
    survivors.connection || ':' || survivors.deal_id as deal_key,
    survivors.deal_id,
    survivors.merged_at,
    case
        when merged_paths.deal_id is null then survivors.last_merged_at
        else merged_paths.unclear_until
    end as unclear_until
from survivors
left join merged_paths
    on
        survivors.connection = merged_paths.connection
        and survivors.deal_id = merged_paths.deal_id
