with claims as (

    select * from {{ ref('int_forecast_claims') }}

),

levelled as (

    {{ at_levels('claims') }}

),

final as (

    select
        as_of_no,
        purpose,
        horizon_steps,
        deal_type,
        level,
        level_id,
        count(*) as open_deals,
        min(case when is_closed then 1 else 0 end) = 1 as is_closed,
        min(case when p_chain is null then 0 else 1 end) = 1 as has_chain,
        sum(amount * p_chain) as chain,
        sum(amount * amount * p_chain * (1 - p_chain)) as variance,
        sum(amount * p_weighted) as weighted_pipeline,
        sum(case when is_won then amount else 0 end) as actual
    from levelled
    group by as_of_no, purpose, horizon_steps, deal_type, level, level_id

)

select * from final
