{#- What a deal brings of the amount that it promised when it left the stage: nothing when it is lost. The spread of
    that over its mean is how far a forecast of such deals scatters; its own error by the moments up to the fourth. -#}
with subjects as (

    select * from {{ ref('int_payoff_subjects') }}
    where worth is not null and arm in ('kept', 'not_kept')

),

-- all deals, and then all deals again among those alike in amount and segment
grouped as (

    {% for is_alike, stratum in [('false', "'all deals'"), ('true', "amount_band || ', ' || segment")] -%}
        select
            deal_type,
            stage_key,
            step_key,
            {{ is_alike }} as is_alike,
            {{ stratum }} as stratum,
            arm,
            is_won,
            worth
        from subjects
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

raised as (

    select
        deal_type,
        stage_key,
        step_key,
        is_alike,
        stratum,
        arm,
        count(*) as deals,
        sum(case when is_won then 1 else 0 end) as won,
        avg(worth) as first,
        avg(worth * worth) as second,
        avg(worth * worth * worth) as third,
        avg(worth * worth * worth * worth) as fourth
    from grouped
    group by deal_type, stage_key, step_key, is_alike, stratum, arm

),

centred as (

    select
        *,
        nullif(first, 0) as mean,
        nullif(greatest(second - first * first, cast(0 as double)), 0) as variance,
        third - 3 * first * second + 2 * first * first * first as skew,
        fourth - 4 * first * third + 6 * first * first * second - 3 * first * first * first * first as tails
    from raised

),

final as (

    select
        deal_type,
        stage_key,
        step_key,
        is_alike,
        stratum,
        arm,
        deals,
        won,
        sqrt(variance) / mean as spread,
        variance / (mean * mean) * greatest(
            (tails - variance * variance) / (4 * variance * variance) + variance / (mean * mean)
            - skew / (mean * variance),
            cast(0 as double)
        ) / deals as spread_variance
    from centred

)

select * from final
