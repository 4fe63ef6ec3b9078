{#- Each method's errors over the windows that all four can be compared in. -#}
{%- set outside = 10 -%}{# what lies outside an 80 % interval counts 2 / 0.2 times in its score #}
with judged as (

    select * from {{ ref('int_forecast_judged') }}
    where is_comparable

),

told as (

    {% for method in forecast_methods() -%}
        select
            deal_type,
            level,
            horizon_steps,
            '{{ method }}' as method,
            {{ method }} as forecast,
            actual,
            {% if method == 'chain' -%}
                case when chain > 0 then p10 end as p10,
                case when chain > 0 then p90 end as p90
            {%- else -%}
                cast(null as double) as p10,
                cast(null as double) as p90
            {%- endif %}
        from judged
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        deal_type,
        level,
        horizon_steps,
        method,
        count(*) as forecasts,
        sum(abs(forecast - actual)) / nullif(sum(abs(actual)), 0) as wape,
        sum(forecast - actual) / nullif(sum(abs(actual)), 0) as bias,
        count(p10) as intervals,
        sum(case when actual between p10 and p90 then 1 else 0 end) as covered,
        sum(
            p90 - p10
            + {{ outside }} * greatest(p10 - actual, cast(0 as double))
            + {{ outside }} * greatest(actual - p90, cast(0 as double))
        ) / nullif(sum(case when p10 is not null then abs(actual) end), 0) as interval_score
    from told
    group by deal_type, level, horizon_steps, method

)

select * from final
