{#- Fewer won deals than this on either side, and no difference is told; among like deals a stratum needs fewer. -#}
{%- set fewest = var('payoff_min_deals', 30) -%}
{%- set fewest_alike = var('payoff_min_wins_alike') -%}
with arms as (

    select * from {{ ref('int_payoff_spread_arms') }}

),

-- each stratum weighs by its deals alone: one that happens to scatter little must not count for more
weighed as (

    select
        *,
        cast(deals_kept as double) * deals_not_kept / (deals_kept + deals_not_kept) as weight
    from arms
    where
        is_alike
        and difference_variance > 0
        and won_kept >= {{ fewest_alike }}
        and won_not_kept >= {{ fewest_alike }}

),

pools as (

    select
        deal_type,
        stage_key,
        coalesce(step_key, '') as step_key,
        sum(weight * difference) / sum(weight) as difference_alike,
        sqrt(sum(weight * weight * difference_variance)) / sum(weight) as error_alike
    from weighed
    group by deal_type, stage_key, coalesce(step_key, '')

),

marked as (

    select
        arms.*,
        sqrt(arms.difference_variance) as error,
        pools.difference_alike,
        pools.error_alike,
        coalesce(
            arms.won_kept >= {{ fewest }} and arms.won_not_kept >= {{ fewest }} and arms.difference_variance > 0, false
        ) as is_enough
    from arms
    left join pools
        on
            arms.deal_type = pools.deal_type
            and arms.stage_key = pools.stage_key
            and coalesce(arms.step_key, '') = pools.step_key
    where not arms.is_alike

),

counted as (

    select
        *,
        greatest(
            sum(case when is_enough then 1 else 0 end) over (partition by deal_type, step_key is null), 1
        ) as comparisons,
        cast({{ fewest }} as integer) as fewest
    from marked

),

judged as (

    select
        *,
        case
            when not is_enough then 'too few'
            when abs(difference) <= {{ widened_z('comparisons') }} * error then 'not shown'
            when difference * difference_alike <= 0 or abs(difference_alike) <= 1.959964 * error_alike then 'not shown'
            else 'associated'
        end as verdict
    from counted

)

select * from judged
