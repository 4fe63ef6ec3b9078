-- The chain against each baseline, window by window: how much less it missed.
with contests as (

    select * from {{ ref('int_forecast_contests') }}

),

series as (

    select * from {{ ref('int_forecast_series') }}

),

final as (

    {% for baseline in forecast_baselines() -%}
        select
            contests.deal_type,
            contests.level,
            contests.horizon_steps,
            '{{ baseline }}' as baseline,
            contests.place,
            contests.{{ baseline }}_miss - contests.chain_miss as gain,
            series.windows,
            series.block_windows,
            cast(ceil(series.windows / cast(series.block_windows as double)) as bigint) - 1 as last_block_no
        from contests
        inner join series
            on
                contests.deal_type = series.deal_type
                and contests.level = series.level
                and contests.horizon_steps = series.horizon_steps
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
