with changes as (

    select * from {{ ref('int_forecast_values') }}
    where field = 'close_date'

),

-- how often the expected close date had been moved to a later day, from each such move to the next
pushed as (

    select
        deal_key,
        valid_from as pushed_at,
        row_number() over (partition by deal_key order by valid_from) as push_count,
        lead(valid_from) over (partition by deal_key order by valid_from) as next_pushed_at
    from changes
    where {{ to_day('value') }} > {{ to_day('value_before') }}

),

final as (

    select
        deal_key,
        cast(push_count as integer) as push_count,
        pushed_at,
        coalesce(next_pushed_at, cast('9999-12-31' as timestamp)) as next_pushed_at
    from pushed

)

select * from final
