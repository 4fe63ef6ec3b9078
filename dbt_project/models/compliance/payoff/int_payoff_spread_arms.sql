-- the two arms side by side; a comparison in which one of them is missing has no difference
with spreads as (

    select * from {{ ref('int_payoff_spreads') }}

),

final as (

    select
        deal_type,
        stage_key,
        step_key,
        is_alike,
        stratum,
        {% for arm in ['kept', 'not_kept'] -%}
            {% for measure in ['deals', 'won'] -%}
                sum(case when arm = '{{ arm }}' then {{ measure }} else 0 end) as {{ measure }}_{{ arm }},
            {% endfor -%}
            max(case when arm = '{{ arm }}' then spread end) as spread_{{ arm }},
        {% endfor -%}
        max(case when arm = 'kept' then spread end) - max(case when arm = 'not_kept' then spread end) as difference,
        case when count(spread_variance) = 2 then sum(spread_variance) end as difference_variance
    from spreads
    group by deal_type, stage_key, step_key, is_alike, stratum

)

select * from final
