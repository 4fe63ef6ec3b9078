{#- What was said of deals and what became of them: by stage and time in it, and by the chance itself. -#}
with claims as (

    select * from {{ ref('int_forecast_claims') }}
    where purpose = 'backtest' and is_closed and p_chain is not null

),

cuts as (

    select
        claims.*,
        'stage' as cut,
        stage_key as cut_stage_key,
        {{ age_bucket('steps_in_stage') }} as age_bucket,
        cast(null as double) as chance_from
    from claims
    union all
    select
        claims.*,
        'chance' as cut,
        cast(null as {{ dbt.type_string() }}) as cut_stage_key,
        cast(null as integer) as age_bucket,
        least(9, floor(p_chain * 10)) / cast(10 as double) as chance_from
    from claims

),

final as (

    select
        deal_type,
        horizon_steps,
        cut,
        cut_stage_key as stage_key,
        age_bucket,
        chance_from,
        count(*) as n,
        count(distinct deal_key) as deals,
        avg(p_weighted) as definition_p,
        avg(p_chain) as predicted_p,
        avg(case when is_won then cast(1 as double) else cast(0 as double) end) as observed_p
    from cuts
    group by deal_type, horizon_steps, cut, cut_stage_key, age_bucket, chance_from

)

select * from final
