with deals as (

    select * from {{ ref('int_deals') }}

),

changes as (

    select * from {{ ref('int_stage_changes') }}
    where precision <> 'order'

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

histories as (

    select
        deal_key,
        min(entered_at) as first_entered_at,
        max(case when source = 'snapshot' then 0 else 1 end) as is_told
    from changes
    group by deal_key

),

-- every deal that is or was worth something to a forecast; of an account that is still being read in, none is
final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_type,
        deals.pipeline_id,
        deals.amount,
        deals.currency,
        deals.close_date,
        deals.owner_id,
        deals.is_won,
        deals.is_lost,
        deals.closed_at,
        coalesce(deals.created_at, histories.first_entered_at, deals.closed_at, deals.modified_at) as created_at,
        case
            when histories.deal_key is null then 'created_closed'
            when histories.is_told = 1 then 'history'
            else 'captured'
        end as history_source,
        connections.judged_at
    from deals
    inner join connections on deals.connection = connections.connection
    left join histories on deals.deal_key = histories.deal_key
    where not deals.is_deleted and deals.merged_into is null and connections.state <> 'backfilling'

)

select * from final
