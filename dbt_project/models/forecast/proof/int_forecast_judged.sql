-- Every method's figure for a window beside what came. Only windows of which all four had a figure can be compared.
with spreads as (

    select * from {{ ref('int_forecast_spreads') }}

),

baselines as (

    select * from {{ ref('int_forecast_baselines') }}

),

reaches as (

    select * from {{ ref('int_forecast_reaches') }}

),

final as (

    select
        spreads.as_of_no,
        spreads.as_of_at,
        spreads.as_of_day,
        spreads.purpose,
        spreads.horizon_steps,
        spreads.window_ends_at,
        spreads.deal_type,
        spreads.level,
        spreads.level_id,
        spreads.open_deals,
        spreads.is_closed,
        case when spreads.is_closed then spreads.actual end as actual,
        spreads.chain,
        spreads.weighted_pipeline,
        spreads.weighted_pipeline * coalesce(baselines.bias_ratio, 1) as bias_corrected,
        baselines.run_rate,
        coalesce(baselines.closed_windows, 0) as closed_windows,
        coalesce(baselines.bias_ratio, 1) as bias_ratio,
        spreads.sd,
        case
            when spreads.has_chain then greatest(cast(0 as double), spreads.chain - spreads.sd * reaches.reach)
        end as p10,
        case
            when spreads.has_chain then greatest(cast(0 as double), spreads.chain + spreads.sd * reaches.reach)
        end as p90,
        spreads.purpose = 'backtest'
        and spreads.is_closed
        and spreads.has_chain
        and baselines.run_rate is not null as is_comparable
    from spreads
    inner join reaches
        on
            spreads.as_of_no = reaches.as_of_no
            and spreads.horizon_steps = reaches.horizon_steps
            and spreads.deal_type = reaches.deal_type
            and spreads.level = reaches.level
    left join baselines
        on
            spreads.as_of_no = baselines.as_of_no
            and spreads.horizon_steps = baselines.horizon_steps
            and spreads.deal_type = baselines.deal_type
            and spreads.level = baselines.level
            and spreads.level_id = baselines.level_id

)

select * from final
