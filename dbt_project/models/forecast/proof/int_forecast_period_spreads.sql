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

ends as (

    select distinct period_ends_at from totals

),

chosen as (

    select
        ends.period_ends_at,
        nights.as_of_no,
        coalesce(
            min(horizons.horizon_steps) filter (
                where
                {{ seconds_between('nights.as_of_at', 'ends.period_ends_at') }}
                <= horizons.horizon_steps * nights.step_days * 86400
            ),
            max(horizons.horizon_steps)
        ) as horizon_steps
    from ends
    cross join nights
    cross join {{ ref('int_forecast_horizons') }} as horizons
    group by ends.period_ends_at, nights.as_of_no

),

final as (

    select
        totals.*,
        chosen.horizon_steps,
        chosen.as_of_no
    from totals
    inner join chosen on totals.period_ends_at = chosen.period_ends_at

)

select * from final
