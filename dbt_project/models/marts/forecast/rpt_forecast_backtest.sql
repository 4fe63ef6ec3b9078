with judged as (

    select * from {{ ref('int_forecast_judged') }}
    where purpose = 'backtest'

),

settings as (

    select * from {{ ref('int_forecast_settings') }}

),

told as (

    {% for method in forecast_methods() -%}
        select
            judged.*,
            '{{ method }}' as method,
            {{ method }} as forecast
        from judged
        where {{ method }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        {{ surrogate_key([
            'told.as_of_at', 'told.horizon_steps', 'told.deal_type', 'told.level', 'told.level_id', 'told.method',
        ]) }} as backtest_id,
        told.as_of_day as as_of_date,
        told.as_of_at,
        told.as_of_day as period_start,
        told.window_ends_at as period_ends_at,
        cast(told.horizon_steps as integer) as horizon_steps,
        told.deal_type,
        told.level,
        told.level_id,
        told.method,
        cast(told.open_deals as integer) as open_deals,
        cast(told.forecast as double) as forecast,
        case when told.method = 'chain' then cast(told.sd as double) end as sd,
        case when told.method = 'chain' then cast(told.p10 as double) end as p10,
        case when told.method = 'chain' then cast(told.p90 as double) end as p90,
        cast(told.actual as double) as actual,
        cast(abs(told.forecast - told.actual) as double) as abs_error,
        case
            when told.method = 'chain' and told.chain > 0 then told.actual >= told.p10 and told.actual <= told.p90
        end as covered,
        told.is_closed as window_closed,
        told.is_comparable,
        settings.as_of
    from told
    cross join settings

)

select * from final
