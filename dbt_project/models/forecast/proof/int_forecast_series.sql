-- Windows overlap, so neighbours err alike: as many of them as one horizon spans make a block.
with contests as (

    select * from {{ ref('int_forecast_contests') }}

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

spaced as (

    select
        as_of_day,
        lead(as_of_day) over (order by as_of_day) as next_day
    from {{ ref('int_forecast_as_ofs') }}
    where purpose = 'backtest'

),

strides as (

    select min({{ day_diff('as_of_day', 'next_day') }}) as stride_days
    from spaced

),

summed as (

    select
        deal_type,
        level,
        horizon_steps,
        count(*) as windows,
        {% for method in forecast_methods() -%}
            sum({{ method }}_miss) as {{ method }}_miss,
        {% endfor -%}
        sum(actual) as actual,
        {{ seconds_between('min(as_of_at)', 'max(window_ends_at)') }} / 86400 as span_days
    from contests
    group by deal_type, level, horizon_steps

),

final as (

    select
        summed.*,
        cast(floor(span_days / (horizon_steps * settings.step_days)) as bigint) as independent_windows,
        cast(
            least(
                windows, ceil(horizon_steps * settings.step_days / cast(coalesce(strides.stride_days, 1) as double))
            ) as bigint
        ) as block_windows
    from summed
    cross join settings
    cross join strides

)

select * from final
