-- What a level's rows missed together at one as-of: its rows share the month, so they count as one window.
with judged as (

    select * from {{ ref('int_forecast_judged') }}
    where is_comparable

),

summed as (

    select
        deal_type,
        level,
        horizon_steps,
        as_of_no,
        as_of_at,
        as_of_day,
        window_ends_at,
        {% for method in forecast_methods() -%}
            sum(abs({{ method }} - actual)) as {{ method }}_miss,
        {% endfor -%}
        sum(abs(actual)) as actual
    from judged
    group by deal_type, level, horizon_steps, as_of_no, as_of_at, as_of_day, window_ends_at

),

final as (

    select
        summed.*,
        row_number() over (partition by deal_type, level, horizon_steps order by as_of_no) - 1 as place,
        count(*) over (partition by deal_type, level, horizon_steps) as windows
    from summed

)

select * from final
