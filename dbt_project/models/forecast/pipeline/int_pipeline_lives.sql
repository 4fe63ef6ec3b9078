with pipeline as (

    select * from {{ ref('int_pipeline_deals') }}

),

deals as (

    select * from {{ ref('int_deals') }}

),

connections as (

    select * from {{ source('reference', 'connections') }}

),

first_visits as (

    select
        deal_key,
        min(entered_at) as entered_at
    from {{ ref('int_visits') }}
    group by deal_key

),

final as (

    select
        deals.connection,
        deals.crm,
        deals.deal_key,
        deals.deal_type,
        deals.stage_key,
        deals.is_open,
        deals.amount,
        deals.currency,
        deals.close_date,
        deals.owner_id,
        deals.closed_at,
        connections.judged_at,
        pipeline.judged_day,
        pipeline.time_zone,
        pipeline.as_of,
        least(
            coalesce(deals.created_at, first_visits.entered_at, connections.judged_at),
            coalesce(first_visits.entered_at, deals.created_at, connections.judged_at)
        ) as started_at
    from pipeline
    inner join deals on pipeline.deal_key = deals.deal_key
    inner join connections on pipeline.connection = connections.connection
    left join first_visits on pipeline.deal_key = first_visits.deal_key

)

select * from final
where started_at <= judged_at
