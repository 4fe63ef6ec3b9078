{%- set counted = ['deals', 'won'] + payoff_measures().values() | list -%}

-- one row per comparison: the two arms side by side, and how many deals are in neither
with arms as (

    select
        deal_type,
        stage_key,
        step_key,
        family,
        stratum,
        {% for arm in ['kept', 'not_kept'] -%}
            {% for measure in counted -%}
                cast(sum(case when arm = '{{ arm }}' then {{ measure }} else 0 end) as double)
                    as {{ measure }}_{{ arm }},
            {% endfor -%}
            {% for measure in payoff_averages() -%}
                max(case when arm = '{{ arm }}' then {{ measure }} end) as {{ measure }}_{{ arm }},
            {% endfor -%}
        {% endfor -%}
        sum(case when arm = 'unclear' then deals else 0 end) as deals_unclear,
        sum(case when arm = 'closed_first' then deals else 0 end) as deals_closed_first
    from {{ ref('int_payoff_counts') }}
    group by deal_type, stage_key, step_key, family, stratum

),

spread as (

    select
        *,
        count(*) over (partition by deal_type, stage_key, step_key, family) as strata
    from arms

),

-- what all deals have in common divides nothing
final as (

    select * from spread
    where family = 'all' or strata > 1

)

select * from final
