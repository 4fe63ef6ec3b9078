-- like compared with like: the difference within each stratum, weighed by what it can tell (Mantel and Haenszel), with
-- Sato's variance, which holds for few large strata and for many small ones (owners)
with arms as (
    select
        *,
        deals_kept + deals_not_kept as deals
    from {{ ref('int_payoff_arms') }}
    where family <> 'all' and deals_kept > 0 and deals_not_kept > 0
),

weighed as (
    select
        *,
        deals_kept * deals_not_kept / deals as weight,
        (won_kept * deals_not_kept - won_not_kept * deals_kept) / deals as weighed_difference,
        (
            deals_kept * deals_kept * won_not_kept
            - deals_not_kept * deals_not_kept * won_kept
            + deals_kept * deals_not_kept * (deals_not_kept - deals_kept) / 2
        ) / (deals * deals) as slope_part,
        (won_kept * (deals_not_kept - won_not_kept) + won_not_kept * (deals_kept - won_kept))
        / (2 * deals) as spread_part
    from arms
),

final as (

    select
        deal_type,
        stage_key,
        step_key,
        family,
        count(*) as strata,
        sum(deals_kept) as deals_kept,
        sum(deals_not_kept) as deals_not_kept,
        sum(won_kept) as won_kept,
        sum(won_not_kept) as won_not_kept,
        sum(weighed_difference) / sum(weight) as difference,
        sqrt(greatest(
            sum(weighed_difference) / sum(weight) * sum(slope_part) + sum(spread_part), cast(0 as double)
        )) / sum(weight) as standard_error
    from weighed
    group by deal_type, stage_key, step_key, family
    having count(*) > 1

)

select * from final
