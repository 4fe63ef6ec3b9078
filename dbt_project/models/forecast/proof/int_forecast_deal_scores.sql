{#- How good the chances of single deals were; the run-rate and a ratio of sums say nothing about a single deal. A
    chance of exactly 0 or 1 that fails would be infinitely wrong: it is taken as one in a million. -#}
{%- set sure = '0.000001' -%}
with claims as (

    select * from {{ ref('int_forecast_claims') }}

),

compared as (

    select distinct
        deal_type,
        horizon_steps,
        as_of_no
    from {{ ref('int_forecast_judged') }}
    where is_comparable and level = 'company'

),

said as (

    {% for method, chance in {'chain': 'p_chain', 'weighted_pipeline': 'p_weighted'}.items() -%}
        select
            claims.deal_type,
            claims.horizon_steps,
            '{{ method }}' as method,
            cast(claims.{{ chance }} as double) as chance,
            greatest({{ sure }}, least(1 - {{ sure }}, cast(claims.{{ chance }} as double))) as unsure_chance,
            case when claims.is_won then cast(1 as double) else cast(0 as double) end as outcome
        from claims
        inner join compared
            on
                claims.deal_type = compared.deal_type
                and claims.horizon_steps = compared.horizon_steps
                and claims.as_of_no = compared.as_of_no
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

tenths as (

    select
        deal_type,
        horizon_steps,
        method,
        least(9, floor(chance * 10)) as tenth,
        count(*) as claims,
        abs(sum(chance - outcome)) as off,
        sum((chance - outcome) * (chance - outcome)) as squares,
        sum(-outcome * ln(unsure_chance) - (1 - outcome) * ln(1 - unsure_chance)) as surprise
    from said
    group by deal_type, horizon_steps, method, least(9, floor(chance * 10))

),

final as (

    select
        deal_type,
        horizon_steps,
        method,
        sum(claims) as claims,
        sum(squares) / sum(claims) as brier,
        sum(surprise) / sum(claims) as log_loss,
        sum(off) / sum(claims) as ece
    from tenths
    group by deal_type, horizon_steps, method

)

select * from final
