{#- What makes a back-test prove nothing, whatever its figures say; the first that applies is told. -#}
{%- set one_deal = var('forecast_one_deal_share') -%}
{%- set undated = var('forecast_undated_share') -%}
with claims as (

    select
        claims.*,
        case when purpose = 'backtest' and is_closed then 1 else 0 end as is_tested
    from {{ ref('int_forecast_claims') }} as claims

),

dated as (

    select distinct deal_key from {{ ref('int_field_changes') }}
    where field = 'close_date' and changed_at is not null

),

deals as (

    select
        deal_key,
        close_date
    from {{ ref('int_deals') }}

),

losses as (

    select
        deals.deal_type,
        count(distinct deals.deal_key) as lost
    from {{ ref('int_deals') }} as deals
    where deals.is_lost and not deals.is_deleted and deals.merged_into is null
    group by deals.deal_type

),

looked_at as (

    select
        claims.deal_type,
        claims.horizon_steps,
        claims.deal_key,
        sum(claims.is_tested * abs(claims.amount)) as amount,
        sum(case when claims.is_won then claims.is_tested * abs(claims.amount) else 0 end) as won_amount,
        sum(claims.is_tested * claims.p_weighted) as claimed,
        max(case when claims.purpose = 'now' then 1 else 0 end) as is_open,
        max(claims.is_tested) as is_tested,
        max(
            case when deals.close_date is not null and dated.deal_key is null then claims.is_tested else 0 end
        ) as is_undated
    from claims
    left join deals on claims.deal_key = deals.deal_key
    left join dated on claims.deal_key = dated.deal_key
    group by claims.deal_type, claims.horizon_steps, claims.deal_key

),

summed as (

    select
        looked_at.deal_type,
        looked_at.horizon_steps,
        sum(is_open) as open_deals,
        max(losses.lost) as lost,
        cast(sum(is_undated) as double) / nullif(sum(is_tested), 0) as undated_share,
        max(amount) / nullif(sum(amount), 0) as biggest_share,
        max(won_amount) / nullif(sum(won_amount), 0) as biggest_won_share,
        sum(claimed) as claimed
    from looked_at
    left join losses on looked_at.deal_type = losses.deal_type
    group by looked_at.deal_type, looked_at.horizon_steps

),

final as (

    select
        summed.*,
        case
            when open_deals = 0 then 'no open deals'
            when undated_share > {{ undated }} then 'close dates without history'
            when biggest_share >= {{ one_deal }} or biggest_won_share >= {{ one_deal }} then 'one deal decides'
        end as doubt,
        case
            when coalesce(lost, 0) = 0 then 'no losses recorded'
            when coalesce(claimed, 0) = 0 then 'no close date ahead'
        end as remark
    from summed

)

select * from final
