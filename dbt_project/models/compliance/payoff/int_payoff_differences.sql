{#- Fewer deals than this on either side, or fewer won ones for what these alone have, and no difference is told. -#}
{%- set fewest = var('payoff_min_deals', 30) -%}
with arms as (

    select * from {{ ref('int_payoff_arms') }}

),

pools as (

    select * from {{ ref('int_payoff_pools') }}

),

rows_told as (

    select
        *,
        false as is_pooled,
        won_kept / nullif(deals_kept, 0) as share_kept,
        won_not_kept / nullif(deals_not_kept, 0) as share_not_kept,
        cast(null as double) as standard_error
    from arms

    union all

    select
        deal_type,
        stage_key,
        step_key,
        family,
        'pooled' as stratum,
        {% for arm in ['kept', 'not_kept'] -%}
            deals_{{ arm }},
            won_{{ arm }},
            {% for having in payoff_measures().values() -%}
                cast(0 as double) as {{ having }}_{{ arm }},
            {% endfor -%}
            {% for averaged in payoff_averages() -%}
                cast(null as double) as {{ averaged }}_{{ arm }},
            {% endfor -%}
        {% endfor -%}
        0 as deals_unclear,
        0 as deals_closed_first,
        strata,
        true as is_pooled,
        difference as share_kept,
        cast(0 as double) as share_not_kept,
        standard_error
    from pools

),

marked as (

    select
        *,
        deals_kept >= {{ fewest }} and deals_not_kept >= {{ fewest }} as is_enough,
        {% for having in payoff_measures().values() -%}
            {{ having }}_kept >= {{ fewest }} and {{ having }}_not_kept >= {{ fewest }} as is_enough_{{ having }}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from rows_told

),

-- of twenty comparisons without any difference one looks like one by chance: the more are made, the more it takes
final as (

    select
        *,
        cast({{ fewest }} as integer) as fewest,
        greatest(
            sum(case when is_enough then 1 else 0 end)
                over (partition by deal_type, step_key is null, family, is_pooled),
            1
        ) as comparisons
    from marked

)

select * from final
