{#- How much deals err together, by moments: what the errors of closed windows hold beyond those of single deals. -#}
{%- set weight = var('forecast_tau_weight') -%}
{%- set tau = var('forecast_tau') -%}
with windows as (

    select * from {{ ref('int_forecast_windows') }}

),

kinds as (

    select distinct
        as_of_no,
        as_of_at,
        horizon_steps,
        deal_type,
        level
    from windows

),

excesses as (

    select
        as_of_no,
        window_ends_at,
        horizon_steps,
        deal_type,
        level,
        count(*) as windows,
        sum((actual - chain) * (actual - chain) - variance) as excess,
        sum(chain * chain) as weight
    from windows
    where purpose = 'backtest' and is_closed and chain > 0
    group by as_of_no, window_ends_at, horizon_steps, deal_type, level

),

known as (

    select
        kinds.as_of_no,
        kinds.horizon_steps,
        kinds.deal_type,
        kinds.level,
        coalesce(sum(excesses.windows), 0) as closed_windows,
        coalesce(sum(excesses.excess) / sum(excesses.weight), 0) as excess_share
    from kinds
    left join excesses
        on
            kinds.horizon_steps = excesses.horizon_steps
            and kinds.deal_type = excesses.deal_type
            and kinds.level = excesses.level
            and kinds.as_of_at >= excesses.window_ends_at
    group by kinds.as_of_no, kinds.horizon_steps, kinds.deal_type, kinds.level

),

-- large forecasts tell more of it than small ones: an owner's quarter of next to nothing is off by any factor
final as (

    select
        as_of_no,
        horizon_steps,
        deal_type,
        level,
        closed_windows,
        greatest(
            cast(0 as double),
            (cast({{ weight }} * {{ tau }} * {{ tau }} as double) + closed_windows * excess_share)
            / ({{ weight }} + closed_windows)
        ) as tau_squared
    from known

)

select * from final
