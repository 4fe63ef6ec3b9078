{#- A calendar period takes its spread from the shortest horizon that reaches its end, or from the longest. -#}
with totals as (

    select * from {{ ref('int_forecast_period_totals') }}
    where purpose = 'now'

),

nights as (

    select
        as_ofs.as_of_no,
        as_ofs.as_of_at,
        settings.step_days
    from {{ ref('int_forecast_as_ofs') }} as as_ofs
    cross join {{ ref('int_forecast_settings') }} as settings
    where as_ofs.purpose = 'now'

),

horizons as (

    select * from {{ ref('int_forecast_horizons') }}

),

chosen as (

    select
        totals.deal_type,
        totals.level,
        totals.level_id,
        totals.period_grain,
        totals.period_start,
        min(horizons.horizon_steps) filter (
            where
            {{ seconds_between('nights.as_of_at', 'totals.period_ends_at') }}
            <= horizons.horizon_steps * nights.step_days * 86400
        ) as reaching_steps,
        max(horizons.horizon_steps) as longest_steps
    from totals
    inner join nights on totals.as_of_at = nights.as_of_at
    cross join horizons
    group by totals.deal_type, totals.level, totals.level_id, totals.period_grain, totals.period_start

),

final as (

    select
        totals.*,
        coalesce(chosen.reaching_steps, chosen.longest_steps) as horizon_steps,
        nights.as_of_no,
        -- the part of the period that is still ahead, in lengths of that horizon
        greatest(
            least(
                {{ seconds_between('nights.as_of_at', 'totals.period_ends_at') }},
                {{ seconds_between('totals.period_starts_at', 'totals.period_ends_at') }}
            ),
            cast(0 as double)
        ) / (coalesce(chosen.reaching_steps, chosen.longest_steps) * nights.step_days * 86400) as horizons_ahead
    from totals
    inner join nights on totals.as_of_at = nights.as_of_at
    inner join chosen
        on
            totals.deal_type = chosen.deal_type
            and totals.level = chosen.level
            and totals.level_id = chosen.level_id
            and totals.period_grain = chosen.period_grain
            and totals.period_start = chosen.period_start

)

select * from final
